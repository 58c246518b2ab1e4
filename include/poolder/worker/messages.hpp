#pragma once

namespace poolder {

/// A worker class may name the jobs that FactoryPool::broadcast delivers to it:
///   using Messages = poolder::Messages<Deposit, Withdraw>;
/// It must handle each of them. Without the list these are the types that its handle_job functions
/// take. A list is needed where a handle_job is a template, or takes what is sent after a
/// conversion: no type is written there to be found.
template <class... M>
struct Messages {};

}  // namespace poolder
