# The rules of check_floors. -v list=FILE names every file of the project, one a line; the files
# to check are the arguments.

BEGIN {
  split("core:0 runtime:1 worker:2 supervise:3 pool:4 lease:4 batch:4 schedule:4 task:4 factory:4 observe:5", rooms, " ")
  for (i in rooms) {
    split(rooms[i], room_and_floor, ":")
    floor_of_room[room_and_floor[1]] = room_and_floor[2]
  }
  engines = 4
  umbrella = 5  # include/poolder/poolder.hpp
  programs = 6  # apps, examples, bench, and what all tests share
  longest = 400

  while ((getline path < list) > 0) exists[path] = 1
}

FNR == 1 {
  enter(FILENAME)
}

FNR == longest + 1 {
  broken("a file has at most " longest " lines: which idea would split this one?")
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
  check_include($0)
}

END {
  exit failed
}

function enter(path) {
  own_top = part(path, 1)
  own_room = room_of(path)
  own_floor = floor_of(path)
  if (own_floor < 0) broken("a file stands in a room of the house; \"" own_room "\" is none")
}

function check_include(line,    quoted, name, target) {
  quoted = line ~ /include[ \t]*"/
  match(line, /[<"][^>"]*/)
  name = substr(line, RSTART + 1, RLENGTH - 1)
  target = resolve(name, quoted)

  if (target == "") check_foreign(name, quoted)
  else check_own(name, target)
}

# A header that is not the project's.
function check_foreign(name, quoted) {
  if (quoted) broken("\"" name "\" is not a file of the project")
  if (own_top != "include") return
  if (name ~ /[.\/]/) broken("<" name ">: a public header includes the standard library and poolder alone")
  if (name == "iostream" || name == "regex") broken("<" name "> is too dear for a public header")
}

function check_own(name, target,    target_floor) {
  target_floor = floor_of(target)
  if (own_top == "include" && part(target, 1) == "src")
    broken(name " is never installed: a public header may not include it")
  if (own_floor == programs) {
    if (own_top != "tests") check_program(name, target)
    return
  }
  if (part(target, 1) == "tests" && own_top == "tests" && target_floor == programs) return
  if (target_floor > own_floor)
    broken(name " is on floor " target_floor ", above \"" own_room "\" on floor " own_floor)
  if (target_floor == engines && own_floor == engines && room_of(target) != own_room)
    broken(name ": engines do not include one another (\"" own_room "\" and \"" room_of(target) "\")")
}

# Programs see what is installed and promised, and their own files.
function check_program(name, target) {
  if (part(target, 1) == own_top) return
  if (part(target, 1) != "include") broken(name " is private: a program includes <poolder/...> alone")
  else if (target ~ /\/detail\//) broken(name " is promised to nobody: a program includes public headers alone")
}

# The project's file that an include means, "" if none.
function resolve(name, quoted,    beside) {
  if (name ~ /^poolder\//) return "include/" name
  if (!quoted) return ""
  beside = FILENAME
  sub(/[^\/]*$/, "", beside)
  beside = straightened(beside name)
  if (beside in exists) return beside
  if (("src/" name) in exists) return "src/" name
  if (("tests/" name) in exists) return "tests/" name
  if (own_top == "apps") return beside  # may come from an include path of the program's own
  return ""
}

# The path with its "x/.." and "." removed.
function straightened(path) {
  while (sub(/[^\/.][^\/]*\/\.\.\//, "", path)) {}
  while (sub(/\/\.\//, "/", path)) {}
  return path
}

function floor_of(path,    room) {
  room = room_of(path)
  if (room in floor_of_room) return floor_of_room[room]
  if (path ~ /^include\/poolder\/[^\/]*$/) return umbrella
  return path ~ /^(include|src)\// ? -1 : programs
}

# include/poolder/ROOM/..., src/ROOM/..., tests/ROOM/...; "" for a file in none.
function room_of(path) {
  if (part(path, 1) == "include") return part(path, 4) == "" ? "" : part(path, 3)
  if (part(path, 1) == "src" || part(path, 1) == "tests") return part(path, 3) == "" ? "" : part(path, 2)
  return ""
}

function part(path, index_,    parts) {
  split(path, parts, "/")
  return parts[index_]
}

function broken(rule) {
  print FILENAME ":" FNR ": " rule
  failed = 1
}
