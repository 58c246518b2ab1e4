#include <any>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/worker/detail/handled_jobs.hpp>

using namespace poolder;
using poolder::detail::HandledJobs;

namespace {

template <class List, class M>
inline constexpr bool is_in = false;
template <class... Each, class M>
inline constexpr bool is_in<Messages<Each...>, M> = (std::is_same_v<Each, M> || ...);

template <class W, class... M>
constexpr bool finds() {
  return (is_in<HandledJobs<W>, M> && ...);
}
template <class List>
inline constexpr std::size_t length = 0;
template <class... M>
inline constexpr std::size_t length<Messages<M...>> = sizeof...(M);

struct A {};
struct B {
  int number;
  std::string text;
};
struct C {};
struct D {
  D(int) {}
};
enum class Colour { red };

struct One {
  void handle_job(const A&) {}
};
struct Several {
  void handle_job(const A&) {}
  int handle_job(B, Context&) { return 0; }
  void handle_job(C&&) const {}
  void handle_job(D) noexcept {}
  void handle_job(Colour) {}
  void handle_job(int) {}
  void handle_job(double) {}
  void handle_job(const char*) {}
};
struct OfTheLibrary {
  void handle_job(const std::string&) {}
  void handle_job(std::vector<int>) {}
  void handle_job(std::map<std::string, std::vector<std::string>>) {}
  void handle_job(std::any) {}
  void handle_job(std::function<void()>) {}
  void handle_job(std::variant<int, std::string>) {}
  void handle_job(std::unique_ptr<int>) {}
};
struct WithTemplates {
  void handle_job(const A&) {}
  template <class M>
  auto handle_job(const M& message) {
    return message.what_no_type_has();
  }
};
struct Derived : One {
  using One::handle_job;
  void handle_job(const B&) {}
};
struct Abstract {
  virtual ~Abstract() = default;
  virtual void handle_job(const A&) = 0;
};
struct Last final {
  void handle_job(const A&) {}
  void handle_job(const B&, Context&) {}
};
struct Listed {
  using Messages = poolder::Messages<A, B>;
  template <class M>
  void handle_job(const M&) {}

 private:
  void handle_job(C) {}
};
struct Mute {
  int handle_call(A) { return 1; }
};
struct LastAndMute final {};
struct Declared;
struct WithMember {
  std::function<void(const A&)> handle_job;
};
struct WithDeclared {
  void handle_job(const Declared&) {}
  static void handle_job(A) {}
};
template <class T>
struct Generic {
  void handle_job(const std::vector<T>&) {}
};

TEST(HandledJobs, AreWhatTheOverloadsTake) {
  EXPECT_TRUE((finds<One, A>()));
  EXPECT_EQ(length<HandledJobs<One>>, 1u);
  EXPECT_TRUE((finds<Several, A, B, C, D, Colour, int, double, const char*>()));
  EXPECT_EQ(length<HandledJobs<Several>>, 8u);
}

TEST(HandledJobs, MayBeAnyTypeOfTheStandardLibrary) {
  EXPECT_TRUE(
      (finds<OfTheLibrary, std::string, std::vector<int>,
             std::map<std::string, std::vector<std::string>>, std::any, std::function<void()>,
             std::variant<int, std::string>, std::unique_ptr<int>>()));
}

TEST(HandledJobs, AreFoundBesideTemplatesWhoseBodiesAreLeftAlone) {
  EXPECT_TRUE((finds<WithTemplates, A>()));
  EXPECT_EQ(length<HandledJobs<WithTemplates>>, 1u);
}

TEST(HandledJobs, AreFoundInClassesOfEveryKind) {
  EXPECT_TRUE((finds<Derived, A, B>()));
  EXPECT_TRUE((finds<Abstract, A>()));
  EXPECT_TRUE((finds<Last, A, B>()));
  EXPECT_TRUE((finds<WithMember, A>()));
  EXPECT_TRUE((finds<WithDeclared, Declared, A>()));
  EXPECT_TRUE((finds<Generic<int>, std::vector<int>>()));
  EXPECT_FALSE((finds<Generic<long>, std::vector<int>>()));
  EXPECT_TRUE((finds<Generic<long>, std::vector<long>>()));
}

TEST(HandledJobs, AreThoseThatTheWorkerListsWhereItDoes) {
  EXPECT_TRUE((std::is_same_v<HandledJobs<Listed>, Messages<A, B>>));
}

TEST(HandledJobs, AreNoneWithoutHandlers) {
  EXPECT_EQ(length<HandledJobs<Mute>>, 0u);
  EXPECT_EQ(length<HandledJobs<LastAndMute>>, 0u);
}

}  // namespace
