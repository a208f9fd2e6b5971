"""What templates show, made from answers of services. Pure: names, language and the time come in; no request, no database."""
