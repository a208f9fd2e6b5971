// A certificate that is refused: `reason` is the word that chain/CERTIFICATE.md lists for it, `message` says more.
export class Refusal extends Error {
  constructor(reason, message) {
    super(message);
    this.reason = reason;
  }
}

export function require(condition, reason, message) {
  if (!condition) throw new Refusal(reason, message);
}
