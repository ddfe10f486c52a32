#!/usr/bin/env python3
"""Writes Sources/Conditions/ZoneTable+Rules.swift from the time zones installed with `tzdata`.

  pip install tzdata && Tests/ConditionsOracle/zones.py > Sources/Conditions/ZoneTable+Rules.swift

Each zone is its last rule, in the notation of POSIX, and the second from which that rule holds.
"""

import struct
import textwrap
from importlib import resources

import tzdata
from tzrule import Rule


def read(name):
    data = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    counts = struct.unpack(">6l", data[20:44])

    def length(counts, size):
        isut, isstd, leaps, times, types, chars = counts
        return times * (size + 1) + types * 6 + chars + leaps * (size + 4) + isstd + isut

    start = 44 + length(counts, 4)
    counts = struct.unpack(">6l", data[start + 20:start + 44])
    isut, isstd, leaps, times, types, chars = counts
    at = start + 44
    instants = struct.unpack(f">{times}q", data[at:at + times * 8])
    kinds = data[at + times * 8:at + times * 9]
    at += times * 9
    infos = [struct.unpack(">lBB", data[at + i * 6:at + i * 6 + 6]) for i in range(types)]
    names = data[at + types * 6:at + types * 6 + chars]
    footer = data[start + 44 + length(counts, 8):].strip(b"\n").decode()

    def shown(kind):
        offset, summer, place = infos[kind]
        return offset, names[place:names.index(b"\0", place)].decode()

    return list(zip(instants, [shown(kind) for kind in kinds])), footer


def since(transitions, rule):
    """The first second from which on the rule says what the transitions say."""
    start = None
    for place in range(len(transitions) - 1, -1, -1):
        instant, kind = transitions[place]
        end = transitions[place + 1][0] if place + 1 < len(transitions) else instant + 366 * 86_400
        probes = {instant, end - 1, *range(instant, end, 86_400 * 10)}
        probes |= {edge for edge in rule.edges(instant, end) if instant <= edge < end}
        if any(rule.at(probe) != kind for probe in probes if place + 1 < len(transitions)):
            return start
        if place + 1 == len(transitions) and rule.at(instant) != kind:
            return end
        start = instant
    return None


def main():
    names = resources.files("tzdata").joinpath("zones").read_text().split()
    groups = {}
    for name in names:
        transitions, footer = read(name)
        first = since(transitions, Rule(footer))
        if first is None:
            first = transitions[0][0] if transitions else "-"
        groups.setdefault((footer, first), []).append(name)
    print(f"""\
/// Rules of all time zones of the IANA database, {tzdata.IANA_VERSION}. Written by
/// Tests/ConditionsOracle/zones.py.
///
/// A line is a rule, the second since 1970 from which it holds (`-`: always) and the zones that
/// keep it; what goes on is indented.
extension ZoneTable {{
  static let rules = \"\"\"""")
    for (footer, first), members in sorted(groups.items(), key=lambda group: group[1]):
        line = f"{footer} {first} {' '.join(members)}"
        print("\n".join(textwrap.wrap(
            line, 94, initial_indent="    ", subsequent_indent="      ",
            break_long_words=False, break_on_hyphens=False)))
    print('    """\n}')


if __name__ == "__main__":
    main()
