#include "report.hpp"

#include <cmath>
#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>

namespace bench {

namespace {

// Three significant digits.
std::string digits(double value) {
  const double size = std::abs(value);
  return fmt::format("{:.{}f}", value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

std::string scaled(double value, double step, const std::vector<const char*>& names) {
  std::size_t name = 0;
  while (std::abs(value) >= step && name + 1 < names.size()) {
    value /= step;
    ++name;
  }
  return digits(value) + names[name];
}

}  // namespace

std::string readable(double value, Unit unit) {
  switch (unit) {
    case Unit::per_second:
      return scaled(value, 1'000, {" /s", " k/s", " M/s"});
    case Unit::nanoseconds:
      return scaled(value, 1'000, {" ns", " us", " ms", " s"});
    case Unit::bytes:
      return value < 1e6 ? digits(value) + " B" : digits(value / 1e6) + " MB";
    case Unit::count:
      return digits(value);
  }
  return {};
}

namespace {

std::string quoted(const std::string& text) {
  std::string json = "\"";
  for (const char each : text) {
    if (each == '"' || each == '\\') json += '\\';
    json += each;
  }
  return json + '"';
}

std::string as_json(const Figure& figure) {
  std::string values;
  for (const double each : figure.values)
    values += fmt::format("{}{:.6g}", values.empty() ? "" : ", ", each);
  return fmt::format(R"({{"workload": {}, "case": {}, "subject": {}, "metric": {}, "unit": "{}", )"
                     R"("median": {:.6g}, "min": {:.6g}, "max": {:.6g}, "values": [{}]}})",
                     quoted(figure.workload), quoted(figure.variant), quoted(figure.subject),
                     quoted(figure.metric), name_of(figure.unit), figure.median(), figure.least(),
                     figure.most(), values);
}

}  // namespace

void print_machine(const Description& machine) {
  for (const auto& [name, value] : machine) fmt::print("{:<10} {}\n", name, value);
}

void print_table(const Results& results, std::size_t first) {
  const std::vector<Figure>& figures = results.figures();
  if (first == figures.size()) return;
  fmt::print("\n{}\n", figures[first].workload);
  std::string variant;
  for (std::size_t i = first; i < figures.size(); ++i) {
    const Figure& each = figures[i];
    if (on_curve(each)) continue;
    fmt::print("  {:<34} {:<34} {:<25} {:>11}   {:>11} .. {}\n",
               each.variant == variant ? "" : each.variant, each.subject, each.metric,
               readable(each.median(), each.unit), readable(each.least(), each.unit),
               readable(each.most(), each.unit));
    variant = each.variant;
  }
  std::fflush(stdout);
}

void write_json(const std::string& file, const Results& results, const Description& machine) {
  std::string described, figures;
  for (const auto& [name, value] : machine)
    described +=
        fmt::format("{}{}: {}", described.empty() ? "" : ", ", quoted(name), quoted(value));
  for (const Figure& each : results.figures())
    figures += fmt::format("{}\n    {}", figures.empty() ? "" : ",", as_json(each));
  const std::string text =
      fmt::format("{{\n  \"machine\": {{{}}},\n  \"figures\": [{}\n  ]\n}}\n", described, figures);

  write_file(file, text);
}

void write_file(const std::string& file, const std::string& text) {
  FILE* out = std::fopen(file.c_str(), "w");
  const bool written = out && std::fwrite(text.data(), 1, text.size(), out) == text.size();
  const bool closed = out && std::fclose(out) == 0;
  if (!written || !closed) throw std::runtime_error{"cannot write " + file};
}

}  // namespace bench
