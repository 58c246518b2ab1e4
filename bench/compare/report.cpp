#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../harness/plot.hpp"
#include "../harness/svg.hpp"
#include "peers.hpp"
#include "workloads/workloads.hpp"

namespace bench {

namespace {

using Figures = std::vector<const Figure*>;

/// Those for which `matches` holds, without the points of curves.
template <class Matches>
Figures select(const Results& results, const Matches& matches) {
  Figures found;
  for (const Figure& each : results.figures())
    if (!on_curve(each) && matches(each)) found.push_back(&each);
  return found;
}

/// What the figures have there, each once, in the order in which it comes.
std::vector<std::string> each_of(const Figures& figures, std::string Figure::*field) {
  std::vector<std::string> found;
  for (const Figure* each : figures)
    if (std::find(found.begin(), found.end(), each->*field) == found.end())
      found.push_back(each->*field);
  return found;
}

Figures of(const Figures& figures, std::string Figure::*field, const std::string& value) {
  Figures found;
  std::copy_if(figures.begin(), figures.end(), std::back_inserter(found),
               [&](const Figure* each) { return each->*field == value; });
  return found;
}

constexpr const char* no_pool = "bare futex";  // the measure of wake-ups, not a peer

/// The best that is not ours; null where there is none.
const Figure* best_peer(const Figures& of_one_metric) {
  const Figure* best = nullptr;
  for (const Figure* each : of_one_metric) {
    if (is_ours(each->subject) || each->subject == no_pool) continue;
    const bool better = !best || (more_is_better(each->unit) ? each->median() > best->median()
                                                             : each->median() < best->median());
    if (better) best = each;
  }
  return best;
}

// Over 1: ours is better, whichever way is better.
std::string ratio(const Figure& ours, const Figure& theirs) {
  const double own = ours.median(), other = theirs.median();
  if (own <= 0 || other <= 0) return "-";
  const double times = more_is_better(ours.unit) ? own / other : other / own;
  return times < 1 ? fmt::format("{:.2g}", times)
                   : fmt::format("{:.{}f}", times,
                                 times < 10    ? 2
                                 : times < 100 ? 1
                                               : 0);
}

std::string value_of(double value, Unit unit) {
  return unit == Unit::count ? fmt::format("{:.0f}", value) : readable(value, unit);
}

std::string cell(const Figures& of_one_subject, const std::string& metric) {
  const Figures found = of(of_one_subject, &Figure::metric, metric);
  if (found.empty()) return "-";
  const Figure& figure = *found.front();
  return fmt::format("{} ({} .. {})", value_of(figure.median(), figure.unit),
                     value_of(figure.least(), figure.unit), value_of(figure.most(), figure.unit));
}

std::string row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}
std::string heading(const std::vector<std::string>& cells) {
  return row(cells) + row(std::vector<std::string>(cells.size(), "---"));
}

/// One case: a row for each subject, the best of the first metric uppermost, but ours first.
std::string table(const Figures& of_case) {
  const std::vector<std::string> metrics = each_of(of_case, &Figure::metric);
  std::vector<std::string> names{"subject"};
  for (const std::string& each : metrics) {
    const Unit unit = of(of_case, &Figure::metric, each).front()->unit;
    names.push_back(each + (more_is_better(unit) ? ", more is better" : ", less is better"));
  }
  Figures leading = of(of_case, &Figure::metric, metrics.front());
  std::stable_sort(leading.begin(), leading.end(), [](const Figure* a, const Figure* b) {
    if (is_ours(a->subject) != is_ours(b->subject)) return is_ours(a->subject);
    return more_is_better(a->unit) ? a->median() > b->median() : a->median() < b->median();
  });
  std::string text = heading(names);
  for (const Figure* each : leading) {
    const Figures own = of(of_case, &Figure::subject, each->subject);
    std::vector<std::string> cells{is_ours(each->subject) ? "**" + each->subject + "**"
                                                          : each->subject};
    for (const std::string& metric : metrics) cells.push_back(cell(own, metric));
    text += row(cells);
  }
  return text;
}

/// poolder's lines of one case: each of its figures against the best of the others.
std::string verdicts(const Figures& of_case) {
  std::string text;
  for (const std::string& metric : each_of(of_case, &Figure::metric)) {
    const Figures all = of(of_case, &Figure::metric, metric);
    const Figure* best = best_peer(all);
    for (const Figure* each : all) {
      if (!best || !is_ours(each->subject)) continue;
      text += row({each->workload, each->variant, metric, each->subject,
                   readable(each->median(), each->unit), readable(best->median(), best->unit),
                   best->subject, "**" + ratio(*each, *best) + "**"});
    }
  }
  return text;
}

std::string absent(const Figures& of_workload) {
  const auto present = each_of(of_workload, &Figure::subject);
  std::vector<std::string> names;
  for (const Peer& each : peers())
    if (!is_ours(each.name) &&
        std::find(present.begin(), present.end(), each.name) == present.end())
      names.push_back(each.name);
  return names.empty() ? "" : fmt::format("\nNo part in it (-): {}.\n", fmt::join(names, "; "));
}

std::string pictures(const Results& results, const std::string& workload,
                     const std::string& plots) {
  if (plots.empty()) return {};
  std::set<std::string> drawn;
  std::string text;
  for (const Figure& each : results.figures()) {
    if (each.workload != workload) continue;
    const std::string what = on_curve(each) ? latency_of(each.variant) : each.metric;
    if (drawn.insert(what).second)
      text += fmt::format("\n![{}: {}]({}/{})\n", workload, what, plots, plot_file(workload, what));
  }
  return text;
}

constexpr const char* caveats =
    "\nWhat the last column does not say:\n\n"
    "- lease: poolder and \"hand-off\" serve who came first; the other peers let whoever is "
    "quickest "
    "have it, which is faster for all but those who wait longest (\"longest\").\n"
    "- bulk: oneTBB runs a loop, with no task for each iteration; poolder sends a message for each "
    "element.\n"
    "- cast, producers, inside, limited, skew: the messages of poolder, CAF and Erlang go to "
    "workers "
    "with a state, one at a time and in order; the tasks of the others run anywhere.\n"
    "- crash: poolder's crashes wait in the worker's queue, Erlang's are sent one by one, since "
    "its queue dies with the process.\n";

std::string head(const Results& results, const Description& machine) {
  std::string text = "# poolder beside its peers\n\n";
  for (const auto& [name, value] : machine) text += fmt::format("- {}: {}\n", name, value);
  std::size_t runs = 0;
  for (const Figure& each : results.figures()) runs = std::max(runs, each.values.size());
  text += fmt::format(
      "- runs: {} of each subject, in turn with the others of its case; median (least .. most)\n"
      "- not found here: {}\n\n"
      "Compare subjects of one case: absolute figures belong to a machine and a minute. Each pool "
      "has as many threads as there are cores, where a line does not say otherwise. Every subject "
      "counts its hits or checks its answers while it is timed.\n\n",
      runs, *COMPARE_MISSING ? COMPARE_MISSING : "nothing was missing");
  text += heading({"subject", "version", "what it does here"});
  for (const Peer& each : peers())
    text += row({each.name, each.version.empty() ? "-" : each.version, each.about});
  return text;
}

}  // namespace

std::string as_markdown(const Results& results, const Description& machine,
                        const std::string& plots) {
  std::string summary, details;
  for (const Workload& each : compared::workloads()) {
    const Figures figures =
        select(results, [&](const Figure& figure) { return figure.workload == each.name; });
    if (figures.empty()) continue;
    details += fmt::format("\n## {}\n\n{}.\n", each.name, each.about);
    for (const std::string& variant : each_of(figures, &Figure::variant)) {
      const Figures of_case = of(figures, &Figure::variant, variant);
      summary += verdicts(of_case);
      details += fmt::format("\n### {}: {}\n\n", each.name, variant) + table(of_case);
    }
    details += absent(figures) + pictures(results, each.name, plots);
  }
  return head(results, machine) +
         "\n## poolder against the best of the others\n\n"
         "Medians. The last column is how many times better poolder is: over 1 it is better, under "
         "1 worse, whether more or less of the metric is better; - where one of the two is 0. The "
         "best "
         "peer is chosen line by line.\n\n" +
         heading(
             {"workload", "case", "metric", "subject", "poolder", "best peer", "which", "times"}) +
         summary + caveats + details;
}

}  // namespace bench
