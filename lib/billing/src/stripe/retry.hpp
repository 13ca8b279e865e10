// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>
#include <billing/http.hpp>
#include <billing/result.hpp>

#include <chrono>

namespace billing::stripe {

/// Whether the same request, with the same key, may fare better later.
bool worth_retrying(const Result<HttpResponse>& outcome);

/// Whether a write that came to this may have been done nevertheless.
bool leaves_doubt(const Result<HttpResponse>& outcome);

/// How long to wait after the `tries`th try (from 1 on): 0.5 s doubled each time, capped at 5 s,
/// times 0.5 to 1 by chance, and never under 0.5 s, so that many callers don't come back at once.
std::chrono::milliseconds pause_after(int tries, Entropy& entropy);

}  // namespace billing::stripe
