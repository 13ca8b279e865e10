# What every first-party target is compiled with. Linked privately: none of it reaches a consumer.
add_library(billing_first_party INTERFACE)
target_compile_features(billing_first_party INTERFACE cxx_std_20)
target_compile_options(billing_first_party INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wduplicated-cond -Wlogical-op -Wuseless-cast
  -Wformat=2 -Wimplicit-fallthrough -Wextra-semi
  # Designated initialisers leave out what has a default, on purpose.
  -Wno-missing-field-initializers)
