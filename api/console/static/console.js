// Rows of lists lead where their link leads. Everything works without this file.
"use strict";
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, summary") || String(window.getSelection())) return;
  if (event.metaKey || event.ctrlKey) window.open(row.dataset.href, "_blank", "noopener");
  else window.location.assign(row.dataset.href);
});
document.querySelectorAll("form").forEach((form) =>
  form.addEventListener("submit", () => form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-busy", "true"))),
);
