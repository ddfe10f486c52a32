"""Conditions and results by seed: mostly well typed, some not, as people write them."""

import json
import random

RESULTS = [
    0.97, 5.0, 0.0, -3.0, 1e300, "abc", "12", "", "3.5", True, False, None,
    [], [0.97], [1.5, 2.0, 0.0], [3.0, 1.0, 2.0], [1.0, "a", None, True, [2.0]], ["a", "b"],
    {"a": 1.0, "s": "abc", "l": [3.0, 1.0], "n": None, "m": {"x": 2.0}},
    {"a": "x", "l": [], "m": None}, {},
    [{"a": 1.0, "s": "x"}, {"a": 2.0, "s": "y"}],
]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.fresh = 0

    def case(self):
        pick = self.random.choice
        self.result = pick(RESULTS)
        shape = self.random.random()
        success = self.condition() if shape < 0.8 else ""
        failure = self.condition() if shape > 0.5 else ""
        return {"success": success, "failure": failure, "result": self.result}

    def condition(self):
        r = self.random.random()
        if r < 0.06:
            self.fresh += 1
            return f"let v{self.fresh} = {self.number(2)}; v{self.fresh} {self.order()} {self.number(1)}"
        if r < 0.1:
            return f"if {self.boolean(1)} {{ {self.boolean(1)} }} else {{ {self.boolean(1)} }}"
        if r < 0.13:
            return self.anything(2)
        return self.boolean(self.random.choice([1, 2, 2, 3]))

    def order(self):
        return self.random.choice(["<", "<=", ">", ">=", "==", "!="])

    def odd(self):
        """Now and then something of another type."""
        return self.random.random() < 0.04

    def boolean(self, d, item=None):
        pick, r = self.random.choice, self.random.random()
        if self.odd():
            return self.anything(d - 1, item)
        if d <= 0:
            return pick(["true", "false", "isNil(result)", "result == nil", "result != nil"])
        if r < 0.4:
            return f"{self.number(d - 1, item)} {self.order()} {self.number(d - 1, item)}"
        if r < 0.45:
            return f"{self.number(d - 1)} < {self.number(d - 1)} <= {self.number(d - 1)}"
        if r < 0.6:
            word = pick(["and", "or", "&&", "||"])
            return f"{self.boolean(d - 1, item)} {word} {self.boolean(d - 1, item)}"
        if r < 0.66:
            return pick(["not (", "!("]) + self.boolean(d - 1, item) + ")"
        if r < 0.74:
            word = pick(["in", "not in"])
            return f"{self.number(d - 1, item)} {word} {self.list(d - 1)}"
        if r < 0.82:
            word = pick(["contains", "startsWith", "endsWith", "matches", "not contains", "==", "!=", "<"])
            right = pick(['"a"', '"^a.c$"', '"b|x"', '"[a-c]+"']) if word == "matches" else self.text(d - 1, item)
            return f"{self.text(d - 1, item)} {word} {right}"
        if r < 0.94:
            name = pick(["all", "any", "none", "one"])
            if r > 0.9:
                return f"{self.list(d - 1)} | {name}({self.boolean(d - 1, '#')})"
            return f"{name}({self.list(d - 1)}, {self.boolean(d - 1, '#')})"
        if r < 0.97:
            return f"{pick(['isNaN', 'isInf'])}({self.number(d - 1, item)})"
        return f"({self.boolean(d - 1, item)} ? {self.boolean(d - 1, item)} : {self.boolean(d - 1, item)})"

    def place(self):
        """A way into the result that fits its shape, mostly."""
        pick, result = self.random.choice, self.result
        if self.random.random() < 0.08:
            return pick(["result[0]", "result.a", "result?.zz", "result[9]", "result.m.x", 'result["s"]'])
        if isinstance(result, list):
            return pick(["result[0]", "result[-1]", "result[1]", "first(result)", "last(result)", "len(result)"])
        if isinstance(result, dict):
            return pick(["result.a", 'result["a"]', "result.l[0]", "result.m.x", "result?.m?.x",
                         "(result.zz ?? 2)", "(result?.q?.r ?? 1.5)", "len(result)"])
        if result is None:
            return pick(["default(result, 0)", "result", "(result ?? 1)"])
        if isinstance(result, str):
            return pick(["asInt(result)", "asFloat(result)", "len(result)", "float(result)"])
        return pick(["result", "result", "asInt(result)", "int(result)"])

    def number(self, d, item=None):
        pick, r = self.random.choice, self.random.random()
        if self.odd():
            return self.anything(d - 1, item)
        if d <= 0 or r < 0.3:
            if item and r < 0.2:
                return pick([item, item, ".a", "#.a"])
            if r < 0.17:
                return self.place()
            return pick(["0", "1", "2", "3", "0.5", "0.95", "1.5", "2.0", "10", "0x1f", "1_000", "1e3", "-1"])
        if r < 0.6:
            op = pick(["+", "-", "*", "/", "%", "**", "+", "-", "*"])
            left, right = self.number(d - 1, item), self.number(d - 1, item)
            if op == "**":
                right = pick(["0", "1", "2", "3", "-1", "0.5"])
            return f"({left} {op} {right})" if self.random.random() < 0.4 else f"{left} {op} {right}"
        if r < 0.72:
            name = pick(["abs", "ceil", "floor", "round", "int", "float"])
            return f"{name}({self.number(d - 1, item)})"
        if r < 0.86:
            name = pick(["len", "sum", "max", "min", "mean", "median", "count"])
            if name == "count":
                return f"count({self.list(d - 1)}, {self.boolean(d - 1, '#')})"
            if name == "len" and self.random.random() < 0.5:
                return f"len(filter({self.list(d - 1)}, {self.boolean(d - 1, '#')}))"
            return f"{name}({self.list(d - 1)})"
        if r < 0.93:
            name = pick(["find", "findIndex", "findLast"])
            return f"{name}({self.list(d - 1)}, {self.boolean(d - 1, '#')})"
        if r < 0.97:
            return f"reduce({self.list(d - 1)}, #acc + #{pick(['', ', 0', ', 1'])})"
        return f"({self.boolean(d - 1, item)} ? {self.number(d - 1, item)} : {self.number(d - 1, item)})"

    def list(self, d):
        pick, r = self.random.choice, self.random.random()
        if self.odd():
            return self.anything(d - 1)
        if d <= 0 or r < 0.5:
            if isinstance(self.result, list) and r < 0.4:
                return "result"
            if isinstance(self.result, dict) and r < 0.3:
                return pick(["result.l", "values(result)", "keys(result)"])
            return pick(["[1, 2, 3]", "[1.5, 2]", "[]", "1..4", "[0.5]", '["a", "b"]', '[1, "a"]', "[nil, 1]"])
        inner = self.list(d - 1)
        if r < 0.62:
            return f"filter({inner}, {self.boolean(d - 1, '#')})"
        if r < 0.74:
            return f"map({inner}, {self.number(d - 1, '#')})"
        if r < 0.84:
            return f"{pick(['sort', 'reverse', 'uniq'])}({inner})"
        if r < 0.9:
            return f"sortBy({inner}, {pick(['#', '-#', '# * 2'])})"
        return f"{inner}{pick(['[1:]', '[:1]', '[-2:]', '[0:9]'])}" if inner[0] != "[" else inner

    def text(self, d, item=None):
        pick, r = self.random.choice, self.random.random()
        if self.odd():
            return self.anything(d - 1, item)
        if d <= 0 or r < 0.6:
            if isinstance(self.result, str) and r < 0.4:
                return "result"
            if isinstance(self.result, dict) and r < 0.3:
                return pick(["result.s", 'result["s"]', "result?.s"])
            return pick(['"a"', "'abc'", '""', '"12"', "`b`", "type(result)"])
        if r < 0.8:
            return f"{pick(['upper', 'lower', 'trim'])}({self.text(d - 1, item)})"
        return f"{self.text(d - 1, item)} + {self.text(d - 1, item)}"

    def anything(self, d, item=None):
        pick = self.random.choice
        if d <= 0:
            return pick(["nil", "true", "1", '"a"', "[]", "{}", "result", "{a: 1}", "unknown", "result.a", "2.5"])
        return pick([self.boolean, self.number, self.text])(d, item) if item else pick(
            [self.boolean, self.number, self.text, self.list])(d)


def cases(seed, count):
    generator = Generator(seed)
    return [generator.case() for _ in range(count)]


if __name__ == "__main__":
    import sys

    for case in cases(int(sys.argv[1]), int(sys.argv[2])):
        print(json.dumps(case))
