"""A time zone's rule in the notation of POSIX: `CET-1CEST,M3.5.0,M10.5.0/3`."""

import calendar
import datetime
import re

EPOCH = datetime.date(1970, 1, 1)


def seconds(text):
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1)))


class Rule:
    def __init__(self, text):
        name = r"<[^>]*>|[A-Za-z]+"
        time = r"[+-]?\d+(?::\d+)*"
        found = re.fullmatch(rf"({name})({time})(?:({name})({time})?,([^,]+),([^,]+))?", text)
        self.standard = (-seconds(found[2]), found[1].strip("<>"))
        self.summer = None
        if found[3]:
            offset = -seconds(found[4]) if found[4] else self.standard[0] + 3600
            self.summer = (offset, found[3].strip("<>"))
            self.begin, self.end = found[5], found[6]

    def edge(self, year, text, offset):
        date, _, time = text.partition("/")
        at = seconds(time) if time else 7200
        if date[0] == "M":
            month, week, day = (int(part) for part in date[1:].split("."))
            first = (calendar.weekday(year, month, 1) + 1) % 7
            place = 1 + (day - first) % 7 + (week - 1) * 7
            if place > calendar.monthrange(year, month)[1]:
                place -= 7
            days = (datetime.date(year, month, place) - EPOCH).days
        elif date[0] == "J":
            place = int(date[1:])
            days = (datetime.date(year, 1, 1) - EPOCH).days + place - 1
            if calendar.isleap(year) and place >= 60:
                days += 1
        else:
            days = (datetime.date(year, 1, 1) - EPOCH).days + int(date)
        return days * 86_400 + at - offset

    def edges(self, low, high):
        if not self.summer:
            return
        for year in range(self.year(low) - 1, min(self.year(high) + 2, 2500)):
            yield self.edge(year, self.begin, self.standard[0])
            yield self.edge(year, self.end, self.summer[0])

    @staticmethod
    def year(instant):
        return 1970 + instant // 31_556_952

    def at(self, instant):
        if not self.summer:
            return self.standard
        marks = []
        for year in range(self.year(instant) - 1, self.year(instant) + 2):
            marks.append((self.edge(year, self.begin, self.standard[0]), self.summer))
            marks.append((self.edge(year, self.end, self.summer[0]), self.standard))
        marks.sort(key=lambda mark: mark[0])
        current = self.standard
        for edge, kind in marks:
            if edge <= instant:
                current = kind
        return current
