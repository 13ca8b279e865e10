message(FATAL_ERROR
  "the browser test needs node and chromium: run scripts/setup, then configure the build again")
