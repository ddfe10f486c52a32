"""An evaluator of analysis conditions of its own, to hold the Swift one against.

Written from the language's rules, not from the Swift sources: another parser, types as plain words,
values as Python's. It covers what the generator writes: literals, operators, members, slices,
conditionals, `let`, predicates and the functions listed in FUNCTIONS.
"""

import math
import re

ANY, NIL, BOOL, INT, FLOAT, STR, MAP = "any", "nil", "bool", "int", "float", "str", "map"
INT64 = "int64"  # What asInt yields: an integer, but not the one that equality is strict about.
INTS = (INT, INT64)


class Wrong(Exception):
    """No verdict: whatever the reason, the phase is Error."""


class Int(int):
    """An integer of the language, told apart from Python's bool and int."""


def wrap(n):
    return Int((n + 2**63) % 2**64 - 2**63)


def listof(t):
    return ("list", t)


def is_list(t):
    return isinstance(t, tuple)


TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/
    |(?P<num>0x[0-9a-fA-F_]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
    |(?P<str>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    |(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)
    |(?P<op>\?\?|\?\.|\?|\|\||\||&&|==|!=|<=|>=|\*\*|\.\.|[-+*/%^<>!.,:;\#=()\[\]{}])""",
    re.X | re.S,
)
WORDS = {"in", "or", "and", "matches", "contains", "startsWith", "endsWith", "not", "let", "if", "else"}
STRENGTH = {
    "|": 0, "or": 10, "||": 10, "and": 15, "&&": 15, "..": 25, "+": 30, "-": 30,
    "*": 60, "/": 60, "%": 60, "**": 100, "^": 100, "??": 500,
    **dict.fromkeys(
        ["==", "!=", "<", ">", "<=", ">=", "in", "matches", "contains", "startsWith", "endsWith"], 20),
}
NEGATABLE = {"in", "matches", "contains", "startsWith", "endsWith"}
LOOPS = {"all", "none", "any", "one", "filter", "map", "count", "sum", "find", "findIndex", "findLast",
         "reduce", "sortBy"}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}


def unquote(s):
    if s[0] == "`":
        return s[1:-1]

    def one(m):
        if m[1] not in ESCAPES:
            raise Wrong("escape")
        return ESCAPES[m[1]]

    return re.sub(r"\\(.)", one, s[1:-1], flags=re.S)


class Parser:
    def __init__(self, text):
        self.tokens, at = [], 0
        while at < len(text):
            m = TOKEN.match(text, at)
            if not m or m.end() == at:
                raise Wrong("character")
            at = m.end()
            if m.lastgroup:
                kind, word = m.lastgroup, m[m.lastgroup]
                if kind == "num" and at < len(text) and re.match(r"\w", text[at]):
                    raise Wrong("number")
                self.tokens.append(("op" if word in WORDS else kind, word))
        self.tokens.append(("end", ""))
        self.i, self.inside = 0, 0

    def peek(self, word=None, ahead=0):
        kind, text = self.tokens[min(self.i + ahead, len(self.tokens) - 1)]
        return (kind, text) if word is None else kind == "op" and text == word

    def accept(self, word):
        if self.peek(word):
            self.i += 1
            return True
        return False

    def expect(self, word):
        if not self.accept(word):
            raise Wrong("expected " + word)

    def name(self):
        kind, text = self.peek()
        if kind != "name":
            raise Wrong("name")
        self.i += 1
        return text

    def program(self):
        tree = self.block()
        if self.peek()[0] != "end":
            raise Wrong("trailing")
        return tree

    def block(self):
        parts = [self.expr(0)]
        while self.accept(";"):
            if self.peek()[0] == "end":
                break
            parts.append(self.expr(0))
        return parts[0] if len(parts) == 1 else ("seq", parts)

    def expr(self, floor):
        if floor == 0 and self.accept("let"):
            name = self.name()
            self.expect("=")
            value = self.expr(0)
            self.expect(";")
            return ("let", name, value, self.block())
        if floor == 0 and self.peek("if"):
            return self.if_else()
        left, coalesced = self.operand(), False
        while self.peek()[0] == "op":
            word, negate = self.peek()[1], False
            if word == "not":
                after = self.peek(ahead=1)
                if after[0] != "op" or after[1] not in NEGATABLE:
                    raise Wrong("not")
                if STRENGTH[after[1]] < floor:
                    break
                self.i += 1
                word, negate = after[1], True
            if STRENGTH.get(word, -1) < floor:
                break
            self.i += 1
            if word == "|":
                left, coalesced = self.postfix(self.call(self.name(), left)), False
                continue
            if coalesced and word != "??":
                raise Wrong("mixed ??")
            if word in ("<", ">", "<=", ">="):
                tree = None
                while True:
                    right = self.expr(21)
                    test = ("bin", word, left, right)
                    tree = test if tree is None else ("bin", "and", tree, test)
                    left = right
                    if not any(self.peek(w) for w in ("<", ">", "<=", ">=")):
                        break
                    word = self.peek()[1]
                    self.i += 1
                left = tree
            else:
                strength = STRENGTH[word]
                right = self.expr(strength if word in ("**", "^") else strength + 1)
                left = ("bin", word, left, right)
                if negate:
                    left = ("un", "not", left)
            coalesced = word == "??"
        if floor == 0:
            while self.accept("?"):
                if self.accept(":"):
                    yes = left
                else:
                    yes = self.expr(0)
                    self.expect(":")
                left = ("if", left, yes, self.expr(0))
        return left

    def if_else(self):
        self.expect("if")
        test = self.expr(0)
        self.expect("{")
        yes = self.block()
        self.expect("}")
        self.expect("else")
        if self.peek("if"):
            return ("if", test, yes, self.if_else())
        self.expect("{")
        no = self.block()
        self.expect("}")
        return ("if", test, yes, no)

    def operand(self):
        kind, word = self.peek()
        if kind == "op" and word in ("not", "!", "-", "+"):
            self.i += 1
            return self.postfix(("un", "not" if word == "!" else word,
                                 self.expr(50 if word in ("not", "!") else 90)))
        if self.accept("("):
            tree = self.block()
            self.expect(")")
            return self.postfix(tree)
        if self.inside and (self.peek("#") or self.peek(".")):
            which = ""
            if self.accept("#") and self.peek()[0] == "name":
                which = self.name()
            return self.postfix(("item", which))
        if kind == "num":
            self.i += 1
            clean = word.replace("_", "")
            if clean.startswith("0x"):
                n = int(clean, 16)
            elif re.fullmatch(r"\d+", clean):
                n = int(clean)
            else:
                return ("lit", float(clean), FLOAT)
            if n >= 2**63:
                raise Wrong("too large")
            return ("lit", Int(n), INT)
        if kind == "str":
            self.i += 1
            return self.postfix(("lit", unquote(word), STR))
        if kind == "name":
            self.i += 1
            if word in ("true", "false"):
                return ("lit", word == "true", BOOL)
            if word == "nil":
                return ("lit", None, NIL)
            if self.peek("("):
                return self.postfix(self.call(word, None))
            return self.postfix(("name", word))
        if self.accept("["):
            return self.postfix(("list", self.items("]", lambda: self.expr(0))))
        if self.accept("{"):
            return self.postfix(("map", self.items("}", self.pair)))
        raise Wrong("unexpected " + word)

    def items(self, close, one):
        out = []
        while not self.peek(close):
            if out:
                self.expect(",")
                if self.peek(close):
                    break
            out.append(one())
        self.expect(close)
        return out

    def pair(self):
        kind, word = self.peek()
        if kind not in ("name", "str", "num"):
            raise Wrong("key")
        self.i += 1
        self.expect(":")
        return (unquote(word) if kind == "str" else word, self.expr(0))

    def call(self, name, first):
        self.expect("(")
        if name not in LOOPS:
            rest = self.items(")", lambda: self.expr(0))
            return ("call", name, ([first] if first is not None else []) + rest)
        if first is None:
            first = self.expr(0)
            if not self.peek(")") or name not in ("count", "sum"):
                self.expect(",")
        body = extra = None
        if not (name in ("count", "sum") and self.peek(")")):
            self.inside += 1
            if self.accept("{"):
                body = self.block()
                self.expect("}")
            else:
                body = self.expr(0)
            self.inside -= 1
        if name in ("reduce", "sortBy") and self.accept(","):
            extra = self.expr(0)
        self.expect(")")
        return ("loop", name, first, body, extra)

    def postfix(self, tree):
        while True:
            if self.peek(".") or self.peek("?."):
                optional = self.peek("?.")
                self.i += 1
                if optional and self.peek("["):
                    self.i += 1
                    tree = ("chain", ("get", tree, self.expr(0), True))
                    self.expect("]")
                    continue
                kind, word = self.peek()
                if kind != "name" and word not in WORDS:
                    raise Wrong("field")
                self.i += 1
                chained = optional or tree[0] == "chain"
                base = tree[1] if tree[0] == "chain" else tree
                tree = ("get", base, ("lit", word, STR), optional)
                if chained:
                    tree = ("chain", tree)
            elif self.accept("["):
                low = None if self.peek(":") else self.expr(0)
                if self.accept(":"):
                    high = None if self.peek("]") else self.expr(0)
                    tree = ("slice", tree, low, high)
                else:
                    tree = ("get", tree, low, False)
                self.expect("]")
            else:
                return tree


def fold(tree):
    """What is computed before anything runs: a literal in place of a tree, or the tree."""
    if tree[0] == "un":
        inner = fold(tree[2])
        if inner[0] == "lit" and tree[1] == "not" and inner[2] == BOOL:
            return ("lit", not inner[1], BOOL)
        if inner[0] == "lit" and tree[1] != "not" and inner[2] == INT:
            return ("lit", wrap(-int(inner[1])) if tree[1] == "-" else inner[1], INT)
    if tree[0] == "bin":
        op, left, right = tree[1], fold(tree[2]), fold(tree[3])
        if op in ("and", "&&", "or", "||"):
            stop = op in ("or", "||")
            for side, other in ((left, right), (right, left)):
                if side[0] == "lit" and side[2] == BOOL:
                    return side if side[1] == stop else other
        elif left[0] == right[0] == "lit" and left[2] == right[2]:
            if op == "==" and left[2] in (INT, STR, BOOL):
                return ("lit", left[1] == right[1], BOOL)
            if left[2] == INT and op in ("+", "-", "*"):
                return ("lit", arithmetic(op, left[1], right[1]), INT)
            if left[2] == INT and op == "%":
                return ("lit", arithmetic(op, left[1], right[1]), INT)
    return tree


def literal_arithmetic(tree):
    """Integer literals and arithmetic may stand for floats in an argument; a remainder has none."""
    tree = fold(tree)
    if tree[0] == "bin" and tree[1] == "%":
        return False
    return (tree[0] == "lit" or (tree[0] == "un" and tree[1] != "not")
            or (tree[0] == "bin" and tree[1] in ("+", "-", "*", "/", "%", "**", "^")))


# --- Types before anything runs ---------------------------------------------------------------


def number(t):
    return t in (*INTS, FLOAT)


def either(left, right, *types):
    return (left == ANY and (right == ANY or right in types)) or (right == ANY and left in types)


def comparable(left, right):
    if ANY in (left, right) or NIL in (left, right):
        return True
    return (number(left) and number(right)) or left == right or (is_list(left) and is_list(right))


def merge(first, second):
    if first == NIL:
        return second
    return first if second == NIL or second == first else ANY


def need(condition):
    if not condition:
        raise Wrong("type")


def elements(t):
    need(t == ANY or is_list(t))
    return t[1] if is_list(t) else ANY


class Checker:
    """Yields each tree's type, and remembers those an equality promised to be alike."""

    def __init__(self, result):
        self.names, self.items, self.strict = {"result": result}, [], {}
        self.free = {"result"} | set(FUNCTIONS) | LOOPS

    def check(self, tree):
        return getattr(self, "on_" + tree[0])(*tree[1:], tree=tree)

    def on_lit(self, value, kind, tree):
        return kind

    def on_name(self, name, tree):
        need(name in self.names)
        return self.names[name]

    def on_item(self, which, tree):
        need(self.items)
        item, index, accumulator = self.items[-1]
        if which == "":
            return item
        need((which == "index" and index) or (which == "acc" and accumulator))
        return INT if which == "index" else ANY

    def on_seq(self, parts, tree):
        return [self.check(p) for p in parts][-1]

    def on_let(self, name, value, body, tree):
        need(name not in self.names and name not in self.free)
        self.names[name] = self.check(value)
        kind = self.check(body)
        del self.names[name]
        return kind

    def on_chain(self, inner, tree):
        return self.check(inner)

    def on_un(self, op, inner, tree):
        t = self.check(inner)
        if op == "not":
            need(t in (BOOL, ANY))
            return BOOL
        need(number(t) or t == ANY)
        return t

    def on_if(self, test, yes, no, tree):
        need(self.check(test) in (BOOL, ANY))
        first, second = self.check(yes), self.check(no)
        if first != NIL and second == ANY:
            return first
        if is_list(first) and is_list(second) and first != second:
            return listof(ANY)
        return merge(first, second)

    def on_list(self, items, tree):
        kinds = [self.check(i) for i in items]
        alike = kinds and all(k == kinds[0] for k in kinds) and kinds[0] != NIL
        return listof(kinds[0] if alike else ANY)

    def on_map(self, pairs, tree):
        for _, value in pairs:
            self.check(value)
        return MAP

    def on_get(self, base, key, optional, tree):
        b, k = self.check(base), self.check(key)
        if b == MAP:
            need(k in (STR, ANY))
            return ANY
        if is_list(b):
            need(k in (*INTS, ANY))
            return b[1]
        need(b == ANY)
        return ANY

    def on_slice(self, base, low, high, tree):
        b = self.check(base)
        need(b in (ANY, STR) or is_list(b))
        for bound in (low, high):
            kind = ANY if bound is None else self.check(bound)
            need(b == ANY or kind in (*INTS, ANY))
        return b

    def on_bin(self, op, left, right, tree):
        l, r = self.check(left), self.check(right)
        both = number(l) and number(r)
        if op in ("==", "!="):
            need(comparable(l, r))
            if l == r and l in (INT, STR):
                self.strict[id(tree)] = l
            return BOOL
        if op in ("and", "&&", "or", "||"):
            need((l == r == BOOL) or either(l, r, BOOL))
            # A literal side is optimized away, and with it what the other side must be.
            conj = op in ("and", "&&")
            for side, kind in ((fold(left), r), (fold(right), l)):
                if side[0] == "lit" and side[2] == BOOL:
                    return kind if side[1] == conj else BOOL
            return BOOL
        if op in ("<", ">", "<=", ">="):
            need(both or l == r == STR or either(l, r, *INTS, FLOAT, STR))
            return BOOL
        if op == "+" and l == r == STR:
            return STR
        if op in ("+", "-", "*"):
            if both:
                return INT if l in INTS and r in INTS else FLOAT
            need(either(l, r, *INTS, FLOAT, *([STR] if op == "+" else [])))
            return ANY
        if op in ("/", "**", "^"):
            need(both or either(l, r, *INTS, FLOAT))
            return FLOAT
        if op == "%":
            need((l in INTS and r in INTS) or either(l, r, *INTS))
            if fold(left)[0] == "lit" and fold(right)[:2] == ("lit", 0):
                raise Wrong("zero")
            return INT
        if op == "..":
            need((l in INTS and r in INTS) or either(l, r, *INTS))
            return listof(INT)
        if op == "??":
            return merge(l, r)
        if op == "in":
            if r == MAP:
                need(l in (STR, ANY))
            elif is_list(r):
                need(comparable(l, r[1]))
            else:
                need(r == ANY or (l == ANY and r == STR))
            return BOOL
        need(l == r == STR or either(l, r, STR))
        return BOOL

    def on_call(self, name, arguments, tree):
        need(name in FUNCTIONS)
        kinds = [self.check(a) for a in arguments]
        if name in ("isNaN", "isInf") and kinds == [INT] and literal_arithmetic(arguments[0]):
            kinds = [FLOAT]
            self.strict[id(tree)] = FLOAT
        return FUNCTIONS[name][0](kinds)

    def on_loop(self, name, source, body, extra, tree):
        item = elements(self.check(source))
        if extra is not None:
            kind = self.check(extra)
            need(name != "sortBy" or kind in (STR, ANY))
        answer = item
        if body is not None:
            self.items.append((item, name in ("map", "reduce"), name == "reduce"))
            answer = self.check(body)
            self.items.pop()
            need(answer != NIL)
            if name not in ("map", "sum", "reduce", "sortBy"):
                need(answer in (BOOL, ANY))
        if name in ("all", "none", "any", "one"):
            return BOOL
        if name in ("filter", "sortBy"):
            return listof(item)
        if name == "map":
            return listof(answer)
        if name in ("count", "findIndex"):
            return INT
        return item if name in ("find", "findLast") else answer


# --- Values -----------------------------------------------------------------------------------


def is_number(v):
    return isinstance(v, (Int, float)) and not isinstance(v, bool)


def equal(a, b, deep=False):
    if is_number(a) and is_number(b):
        return (not deep or type(a) is type(b)) and float_pair(a, b, lambda x, y: x == y)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(x, y, deep) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k], True) for k in a)
    return type(a) is type(b) and a == b


def float_pair(a, b, test):
    if isinstance(a, Int) and isinstance(b, Int):
        return test(int(a), int(b))
    return test(float(a), float(b))


def less(a, b):
    if is_number(a) and is_number(b):
        return float_pair(a, b, lambda x, y: x < y)
    if isinstance(a, str) and isinstance(b, str):
        return a.encode() < b.encode()
    raise Wrong("order")


def arithmetic(op, a, b):
    if op == "+" and isinstance(a, str) and isinstance(b, str):
        return a + b
    if not (is_number(a) and is_number(b)):
        raise Wrong("operands")
    ints = isinstance(a, Int) and isinstance(b, Int)
    if op in ("+", "-", "*"):
        if ints:
            return wrap(int(a) + int(b) if op == "+" else int(a) - int(b) if op == "-" else int(a) * int(b))
        a, b = float(a), float(b)
        return a + b if op == "+" else a - b if op == "-" else a * b
    if op == "%":
        if not ints or b == 0:
            raise Wrong("remainder")
        return Int(int(math.fmod(a, b)) if abs(a) < 2**53 > abs(b) else int(a) - int(b) * truncated_quotient(a, b))
    a, b = float(a), float(b)
    if op == "/":
        if b == 0:
            if a == 0 or a != a:
                return math.nan
            return math.copysign(math.inf, a) * math.copysign(1, b)
        return a / b
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf
    except ValueError:
        return math.nan if a != 0 else (math.copysign(math.inf, a) if b % 2 == 1 else math.inf)


def truncated_quotient(a, b):
    q = abs(int(a)) // abs(int(b))
    return q if (a < 0) == (b < 0) else -q


def truncate(f):
    if f != f or not -(2.0**63) <= f < 2.0**63:
        return Int(-(2**63))
    return Int(int(f))


def place(v):
    if isinstance(v, Int):
        return int(v)
    if isinstance(v, float):
        return int(truncate(v))
    raise Wrong("index")


def fetch(base, key):
    if isinstance(base, (list, str)):
        items = base if isinstance(base, list) else [Int(b) for b in base.encode()]
        i = place(key)
        i = i + len(items) if i < 0 else i
        if not 0 <= i < len(items):
            raise Wrong("range")
        return items[i]
    if isinstance(base, dict):
        if key is None:
            key = ""
        if not isinstance(key, str):
            raise Wrong("key")
        return base.get(key)
    raise Wrong("fetch")


class Skip(Exception):
    """A `?.` found nothing."""


class Machine:
    def __init__(self, result, strict):
        self.names, self.items, self.result, self.strict = {"result": result}, [], result, strict

    def run(self, tree):
        return getattr(self, "on_" + tree[0])(*tree[1:], tree=tree)

    def truth(self, tree):
        value = self.run(tree)
        if not isinstance(value, bool):
            raise Wrong("not bool")
        return value

    def on_lit(self, value, kind, tree):
        return value

    def on_name(self, name, tree):
        return self.names[name]

    def on_item(self, which, tree):
        item, index, accumulator = self.items[-1]
        return {"": item, "index": Int(index), "acc": accumulator}[which]

    def on_seq(self, parts, tree):
        return [self.run(p) for p in parts][-1]

    def on_let(self, name, value, body, tree):
        self.names[name] = self.run(value)
        return self.run(body)

    def on_chain(self, inner, tree):
        try:
            return self.run(inner)
        except Skip:
            return None

    def on_un(self, op, inner, tree):
        if op == "not":
            return not self.truth(inner)
        value = self.run(inner)
        if op == "+":
            return value
        if not is_number(value):
            raise Wrong("negate")
        return wrap(-int(value)) if isinstance(value, Int) else -value

    def on_if(self, test, yes, no, tree):
        return self.run(yes) if self.truth(test) else self.run(no)

    def on_list(self, items, tree):
        return [self.run(i) for i in items]

    def on_map(self, pairs, tree):
        out = {}
        for key, value in pairs:
            value = self.run(value)
            out.setdefault(key, value)
        return out

    def on_get(self, base, key, optional, tree):
        source = self.run(base)
        if optional and source is None:
            raise Skip()
        return fetch(source, key[1] if key[0] == "lit" else self.apart(key))

    def apart(self, tree):
        """Evaluates something inside a chain that is not a link of it."""
        try:
            return self.run(tree)
        except Skip:
            return None

    def on_slice(self, base, low, high, tree):
        source = self.run(base)
        if not isinstance(source, (list, str)):
            raise Wrong("slice")
        items = source if isinstance(source, list) else source.encode()
        size = len(items)

        def bound(part, default):
            if part is None:
                return default
            at = place(self.run(part))
            return min(max(at + size if at < 0 else at, 0), size)

        high = bound(high, size)
        low = min(bound(low, 0), high)
        cut = items[low:high]
        return cut if isinstance(source, list) else cut.decode(errors="replace")

    def on_bin(self, op, left, right, tree):
        if op in ("and", "&&", "or", "||"):
            stop = op in ("or", "||")
            for side, other in ((fold(left), right), (fold(right), left)):
                if side[0] == "lit" and isinstance(side[1], bool):
                    return stop if side[1] == stop else self.run(other)
            if self.truth(left) == stop:
                return stop
            return self.run(right)
        if op == "??":
            value = self.run(left)
            return self.run(right) if value is None else value
        early = self.stops_early(op, left, right)
        if early:
            counted = left[2][0] if left[0] == "call" else left
            a = self.on_loop("count", counted[2], counted[3], None, tree=left, most=early)
        else:
            a = self.run(left)
        b = self.run(right)
        if op in ("==", "!="):
            kind = self.strict.get(id(tree))
            for value in (a, b):
                if kind and not isinstance(value, Int if kind == INT else str):
                    raise Wrong("nil where a type was promised")
            return equal(a, b) == (op == "==")
        if op in ("<", ">"):
            return less(a, b) if op == "<" else less(b, a)
        if op in ("<=", ">="):
            low, high = (a, b) if op == "<=" else (b, a)
            return less(low, high) or equal(low, high)
        if op == "in":
            return self.member(a, b, right)
        if op == "..":
            low, high = place(a), place(b)
            if high - low >= 999_999:
                raise Wrong("memory")
            return [Int(n) for n in range(low, high + 1)]
        if op in ("contains", "startsWith", "endsWith", "matches"):
            if a is None or b is None:
                return False
            if not (isinstance(a, str) and isinstance(b, str)):
                raise Wrong("text")
            if op == "matches":
                return re.search(b.replace("$", r"\Z"), a, re.A) is not None
            return b in a if op == "contains" else a.startswith(b) if op == "startsWith" else a.endswith(b)
        return arithmetic(op, a, b)

    def stops_early(self, op, left, right):
        """How many suffice for `count(…) > 2`; `len(filter(…))` is counting too."""
        right = fold(right)
        if right[0] != "lit" or right[2] != INT or op not in (">", ">="):
            return None
        if left[0] == "call" and left[1] == "len" and left[2][0][0] == "loop" and left[2][0][1] == "filter":
            left = left[2][0]
        elif left[0] != "loop" or left[1] != "count" or left[3] is None:
            return None
        most = right[1] + (1 if op == ">" else 0)
        return most if most > 0 else None

    def member(self, needle, container, source):
        if container is None:
            return False
        if source[0] == "list" and source[1] and all(i[0] == "lit" and i[2] == STR for i in source[1]):
            if needle is not None and not isinstance(needle, str):
                raise Wrong("not text")
        if isinstance(container, list):
            return any(equal(x, needle) for x in container)
        if isinstance(container, dict):
            if needle is not None and not isinstance(needle, str):
                raise Wrong("key")
            return (needle or "") in container if needle is not None else "" in container
        raise Wrong("in")

    def on_call(self, name, arguments, tree):
        if name in ("len", "first", "last") and arguments[0][0] == "loop" and arguments[0][1] == "filter":
            _, _, source, body, _ = arguments[0]
            swap = {"len": "count", "first": "find", "last": "findLast"}[name]
            return self.on_loop(swap, source, body, None, tree=tree)
        values = [self.run(a) for a in arguments]
        if name == "isNil":
            return self.result is None
        if name == "default":
            return values[1] if self.result is None else self.result
        if name in ("isNaN", "isInf"):
            value = float(values[0]) if id(tree) in self.strict else values[0]
            if not isinstance(value, float):
                raise Wrong("float")
            return math.isnan(value) if name == "isNaN" else math.isinf(value)
        return FUNCTIONS[name][1](values)

    def on_loop(self, name, source, body, extra, tree, most=None):
        items = self.run(source)
        if isinstance(items, str):
            items = [Int(b) for b in items.encode()]
        if isinstance(items, dict):
            if not items:
                items = []
            elif body is not None and not uses_item(body):
                items = [None] * len(items)
        if not isinstance(items, list):
            raise Wrong("no list")

        def each(item, index, accumulator=None):
            if body is None:
                return item
            self.items.append((item, index, accumulator))
            try:
                return self.run(body)
            finally:
                self.items.pop()

        def test(item, index):
            value = each(item, index)
            if not isinstance(value, bool):
                raise Wrong("predicate")
            return value

        if name == "all":
            return all(test(x, i) for i, x in enumerate(items))
        if name == "none":
            return not any(test(x, i) for i, x in enumerate(items))
        if name == "any":
            return any(test(x, i) for i, x in enumerate(items))
        if name == "one":
            return sum([test(x, i) for i, x in enumerate(items)]) == 1
        if name == "filter":
            return [x for i, x in enumerate(items) if test(x, i)]
        if name == "map":
            return [each(x, i) for i, x in enumerate(items)]
        if name == "count":
            count = 0
            for i, x in enumerate(items):
                count += test(x, i)
                if most and count >= most:
                    break
            return Int(count)
        if name in ("find", "findIndex", "findLast"):
            order = range(len(items))
            for i in reversed(order) if name == "findLast" else order:
                if test(items[i], i):
                    return Int(i) if name == "findIndex" else items[i]
            return None
        if name == "sum":
            total = Int(0)
            for i, x in enumerate(items):
                total = arithmetic("+", each(x, i), total)
            return total
        if name == "sortBy":
            keys = [(each(x, i), x) for i, x in enumerate(items)]
            order = self.run(extra) if extra is not None else "asc"
            if order not in ("asc", "desc"):
                raise Wrong("order")
            return [x for _, x in ordered(keys, order == "desc")]
        rest = list(items)
        if extra is not None:
            accumulator, start = self.run(extra), 0
        elif rest:
            accumulator, start = rest.pop(0), 1
        else:
            raise Wrong("nothing to reduce")
        for i, x in enumerate(rest, start):
            accumulator = each(x, i, accumulator)
        return accumulator


def uses_item(tree):
    if isinstance(tree, tuple):
        if tree and tree[0] == "item" and tree[1] == "":
            return True
        if tree and tree[0] == "loop":
            return uses_item(tree[2]) or uses_item(tree[4])
        return any(uses_item(t) for t in tree)
    return isinstance(tree, list) and any(uses_item(t) for t in tree)


def ordered(pairs, descending):
    """Insertion, stable, by nothing but `less`."""
    out = []
    for key, item in pairs:
        at = len(out)
        while at > 0 and (less(out[at - 1][0], key) if descending else less(key, out[at - 1][0])):
            at -= 1
        out.insert(at, (key, item))
    return out


# --- Functions: what they take and yield, and what they do --------------------------------------


def takes(*parameters, yields, optional=0):
    def check(kinds):
        need(len(parameters) - optional <= len(kinds) <= len(parameters))
        for kind, wanted in zip(kinds, parameters):
            need(wanted == ANY or kind in (ANY, wanted) or (is_list(wanted) and is_list(kind)))
        return yields

    return check


def numeric(yields=None, text=False):
    def check(kinds):
        need(len(kinds) == 1 and (number(kinds[0]) or kinds[0] == ANY or (text and kinds[0] == STR)))
        return yields or kinds[0]

    return check


def sized(kinds):
    need(len(kinds) == 1 and (kinds[0] in (ANY, STR, MAP) or is_list(kinds[0])))
    return INT


def a_list(yields):
    def check(kinds):
        need(len(kinds) == 1)
        elements(kinds[0])
        return yields

    return check


def aggregate():
    def check(kinds):
        need(kinds)
        for kind in kinds:
            if kind == ANY or is_list(kind):
                return ANY
            need(number(kind))
        return kinds[0]

    return check


def a_map(kinds):
    need(len(kinds) == 1 and kinds[0] in (ANY, MAP))
    return listof(ANY)


def text(value):
    if not isinstance(value, str):
        raise Wrong("text")
    return value


def do_len(args):
    if not isinstance(args[0], (str, list, dict)):
        raise Wrong("len")
    return Int(len(args[0]))


def do_type(args):
    v = args[0]
    names = {type(None): "nil", bool: "bool", Int: "int", float: "float", str: "string", list: "array"}
    return names.get(type(v), "map")


def numeric_value(v):
    if not is_number(v):
        raise Wrong("number")
    return v


def do_abs(args):
    v = numeric_value(args[0])
    return wrap(abs(int(v))) if isinstance(v, Int) else abs(v)


def rounding(how):
    def do(args):
        v = float(numeric_value(args[0]))
        return v if math.isinf(v) or math.isnan(v) else math.copysign(how(v), v)

    return do


def half_away(v):
    return float(math.floor(abs(v) + 0.5)) if abs(v) < 2**52 and abs(v) != 0.49999999999999994 else math.trunc(abs(v))


def to_int(args):
    v = args[0]
    if is_number(v):
        return truncate(v) if isinstance(v, float) else v
    if isinstance(v, str) and re.fullmatch(r"[+-]?[0-9]+", v) and -(2**63) <= int(v) < 2**63:
        return Int(int(v))
    raise Wrong("int")


class Int64(Int):
    """What asInt yields: told apart from an integer where nothing converts."""


def to_int64(args):
    return Int64(to_int(args))


def to_float(args):
    v = args[0]
    if is_number(v):
        return float(v)
    pattern = r"(?i)[+-]?(\d+(_\d+)*(\.\d*)?|\.\d+)(e[+-]?\d+)?|[+-]?(inf(inity)?)|nan"
    if isinstance(v, str) and re.fullmatch(pattern, v):
        f = float(v.replace("_", ""))
        if not math.isinf(f) or "inf" in v.lower():
            return f
    raise Wrong("float")


def extreme(better):
    def do(args):
        if len(args) == 1 and not isinstance(args[0], list):
            return args[0]

        def best(values):
            winner = None
            for v in values:
                if isinstance(v, list):
                    v = best(v)
                    if v is None:
                        continue
                elif not is_number(v):
                    raise Wrong("number")
                if winner is None or better(winner, v):
                    winner = v
            return winner

        return best(args)

    return do


def flat_numbers(values):
    out = []
    for v in values:
        out += flat_numbers(v) if isinstance(v, list) else [float(numeric_value(v))]
    return out


def do_mean(args):
    values = flat_numbers(args)
    total = 0.0
    for v in values:
        total += v
    return total / len(values) if values else 0.0


def do_median(args):
    values = sorted(flat_numbers(args))
    n = len(values)
    if not n:
        return 0.0
    return values[n // 2] if n % 2 else (values[n // 2 - 1] + values[n // 2]) / 2


def list_value(v):
    if not isinstance(v, list):
        raise Wrong("list")
    return v


def end(which):
    def do(args):
        v = args[0]
        if isinstance(v, str):
            v = [Int(b) for b in v.encode()]
        return v[which] if isinstance(v, list) and v else None

    return do


def do_uniq(args):
    out = []
    for v in list_value(args[0]):
        if not any(equal(x, v) for x in out):
            out.append(v)
    return out


def do_sort(args):
    order = args[1] if len(args) > 1 else "asc"
    if order not in ("asc", "desc"):
        raise Wrong("order")
    if not isinstance(args[0], list):
        return []
    return [v for _, v in ordered([(v, v) for v in args[0]], order == "desc")]


def map_value(v):
    if not isinstance(v, dict):
        raise Wrong("map")
    return v


LIST = listof(ANY)
FUNCTIONS = {
    "len": (sized, do_len),
    "type": (takes(ANY, yields=STR), do_type),
    "abs": (numeric(), do_abs),
    "ceil": (numeric(FLOAT), rounding(lambda v: float(abs(math.ceil(v))))),
    "floor": (numeric(FLOAT), rounding(lambda v: float(abs(math.floor(v))))),
    "round": (numeric(FLOAT), rounding(half_away)),
    "int": (numeric(INT, text=True), to_int),
    "float": (numeric(FLOAT, text=True), to_float),
    "upper": (takes(STR, yields=STR), lambda a: text(a[0]).upper()),
    "lower": (takes(STR, yields=STR), lambda a: text(a[0]).lower()),
    "trim": (takes(STR, yields=STR), lambda a: text(a[0]).strip()),
    "hasPrefix": (takes(STR, STR, yields=BOOL), lambda a: text(a[0]).startswith(text(a[1]))),
    "hasSuffix": (takes(STR, STR, yields=BOOL), lambda a: text(a[0]).endswith(text(a[1]))),
    "indexOf": (takes(STR, STR, yields=INT), lambda a: Int(text(a[0]).find(text(a[1])))),
    "max": (aggregate(), extreme(less)),
    "min": (aggregate(), extreme(lambda a, b: less(b, a))),
    "mean": (aggregate(), do_mean),
    "median": (aggregate(), do_median),
    "first": (a_list(ANY), end(0)),
    "last": (a_list(ANY), end(-1)),
    "reverse": (a_list(LIST), lambda a: list_value(a[0])[::-1]),
    "uniq": (a_list(LIST), do_uniq),
    "sort": (takes(LIST, STR, yields=LIST, optional=1), do_sort),
    "keys": (a_map, lambda a: sorted(map_value(a[0]))),
    "values": (a_map, lambda a: [a[0][k] for k in sorted(map_value(a[0]))]),
    "asInt": (takes(ANY, yields=INT64), to_int64),
    "asFloat": (takes(ANY, yields=FLOAT), to_float),
    "isNaN": (takes(FLOAT, yields=BOOL), None),
    "isInf": (takes(FLOAT, yields=BOOL), None),
    "isNil": (takes(ANY, yields=BOOL), None),
    "default": (takes(ANY, ANY, yields=ANY), None),
}


def static_type(value):
    if value is None:
        return NIL
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, float):
        return FLOAT
    return STR if isinstance(value, str) else LIST if isinstance(value, list) else MAP


def from_json(value):
    """Every JSON number is a float."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, list):
        return [from_json(v) for v in value]
    return {k: from_json(v) for k, v in value.items()}


def holds(condition, result):
    tree = Parser(condition).program()
    checker = Checker(static_type(result))
    checker.check(tree)
    value = Machine(result, checker.strict).run(tree)
    if not isinstance(value, bool):
        raise Wrong("expected bool")
    return value


def phase(success, failure, result):
    result = from_json(result)
    try:
        good = holds(success, result) if success else None
        bad = holds(failure, result) if failure else None
    except (Wrong, Skip):
        return "Error"
    if bad:
        return "Failed"
    if good is None:
        return "Successful"
    if good:
        return "Successful"
    return "Failed" if bad is None else "Inconclusive"
