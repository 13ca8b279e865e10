message(FATAL_ERROR
  "the conformance tests need node and chromium: run scripts/setup, then configure the build again")
