"""Reading a release of RxNorm in its Rich Release Format: what each product, brand and pack holds."""
