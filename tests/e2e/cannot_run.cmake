message(FATAL_ERROR
  "the end-to-end tests need node: run scripts/setup, then configure the build again")
