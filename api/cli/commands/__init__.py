"""Commands by noun. Each asks or writes through the same call and views as HTTP."""
