"""Notes: what the compiler had to decide for safety's sake, and what would let it decide otherwise."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class SequentialTrial(Diagnostic):
    """Combinations run one after another, since one may read what another writes to SETUP.

    Without `"__parallel__"`, each combination sees the `context_update` of those before it. They run
    side by side only where it is certain that this makes no difference: where no key of SETUP that the
    trial may read is one that it may write. SETUP used as a whole, or with a computed key, may be any
    key, and so may a `context_update` that is not written out as a dict with literal keys.

    For example:

        @trial(1, {"n": [1, 2, 3]})
        def count(n):
            return {"context_update": {"total": SETUP.get("total", 0) + n}}

    Use instead, if the combinations need not see each other's updates:

        @trial(1, {"n": [1, 2, 3], "__parallel__": 3})
        def count(n):
            return {"context_update": {"total": SETUP.get("total", 0) + n}}
    """

    code = "MLX701"
    severity = "note"
    template = "the combinations of {name} run one after another: {read}, and {write}"
    advice = '{advice}, or add "__parallel__": N if they need not see each other\'s updates'


class WholeModule(Diagnostic):
    """All of a module counts as part of a function, so that any edit of it runs the function again.

    Code that looks names up while it runs (`eval`, `globals()`, a module handed on as an object, an
    import with a computed name, …) may need every definition that there is. Where names are written
    out, only what they stand for counts.

    For example:

        @trial(1, {"kind": ["mean", "median"]})
        def train(kind):
            return globals()[kind]([1, 2, 4])

    Use instead:

        KINDS = {"mean": mean, "median": median}

        @trial(1, {"kind": ["mean", "median"]})
        def train(kind):
            return KINDS[kind]([1, 2, 4])
    """

    code = "MLX702"
    severity = "note"
    template = "any edit of {files} runs {name} again: {reason}"
    advice = "name what is needed where it is used"


class AskedOrder(Diagnostic):
    """Combinations run one after another only because `"__parallel__": 1` asks for it.

    Without it they would run side by side: no combination reads a key of SETUP that another writes, and
    none writes a file, as far as the code shows, that another uses.

    For example:

        @trial(1, {"n": [1, 2, 3], "__parallel__": 1})
        def square(n):
            return n * n

    Use instead, if the order does not matter:

        @trial(1, {"n": [1, 2, 3]})
        def square(n):
            return n * n
    """

    code = "MLX703"
    severity = "note"
    template = 'the combinations of {name} run one after another, since "__parallel__" is 1'
    advice = 'leave "__parallel__" out to have them run side by side'


class SharedFile(Diagnostic):
    """Combinations run one after another, since all of them write the same file.

    Without `"__parallel__"`, each combination finds the files that those before it wrote. A path that no
    parameter is part of is the same file for all of them: a counter, a table that each appends to, a
    model that each goes on training. Side by side they would overwrite each other's.

    For example:

        @trial(1, {"seed": [1, 2, 3]})
        def train(seed):
            with open("losses.csv", "a") as file:
                print(seed, fit(seed), file=file)

    Use instead, if the combinations need not see each other's files:

        @trial(1, {"seed": [1, 2, 3]})
        def train(seed):
            with open(f"losses_{seed}.csv", "w") as file:
                print(seed, fit(seed), file=file)
    """

    code = "MLX704"
    severity = "note"
    template = "the combinations of {name} run one after another: {file} is written {where}"
    advice = (
        'put a parameter into the file\'s name, or say "__parallel__": N if the combinations need not see '
        "each other's files"
    )


class ObservedFile(Diagnostic):
    """Combinations run one after another, since an earlier run showed that they share a file.

    The code does not say which file it will be, but while it ran one combination used what another one
    wrote. What was seen is kept in the folder, in `.mlx/order/`, so that later runs keep the order.

    For example:

        @trial(1, {"n": [1, 2, 3]})
        def count(n):
            path = find_counter()
            path.write_text(str(int(path.read_text()) + n))

    Use instead, if the combinations need not see each other's files:

        @trial(1, {"n": [1, 2, 3], "__parallel__": 3})
        def count(n):
            path = find_counter(n)
            path.write_text(str(int(path.read_text()) + n))
    """

    code = "MLX705"
    severity = "note"
    template = "the combinations of {name} run one after another: in an earlier run {combinations} shared {file}"
    advice = 'to try side by side again, say "__parallel__": N in the trial, or delete {evidence}'


class SharedBetweenTrials(Diagnostic):
    """A trial waits for another one of the same order, since one writes a file that both use.

    Trials of one order run one after another, in the order of the file. They run side by side only where
    none can tell: where none reads a key of SETUP or uses a file that another writes.

    For example:

        @trial(1, {"seed": [1, 2, 3]})
        def prepare(seed):
            pandas.DataFrame(made(seed)).to_csv("data.csv")

        @trial(1, {"rate": [0.1, 0.01]})
        def train(rate):
            return fit(pandas.read_csv("data.csv"), rate)

    Use instead, if they are not meant to share it, a file for each trial:

        @trial(1, {"rate": [0.1, 0.01]})
        def train(rate):
            return fit(pandas.read_csv("given.csv"), rate)
    """

    code = "MLX706"
    severity = "note"
    template = "{name} runs after {first}: {file} is {used} {place}, and {did} {where}"
    advice = "use another file in one of them if they need not share it"


class ObservedBetweenTrials(Diagnostic):
    """A trial waits for another one of the same order, since an earlier run showed that they share a file.

    The code does not say which file it will be, but while it ran one trial used what the other one wrote.
    What was seen is kept in the folder, in `.mlx/order/`, so that later runs keep the order.

    For example:

        @trial(1, {"n": [1, 2, 3]})
        def prepare(n):
            find_folder().joinpath(f"{n}.csv").write_text("...")

        @trial(1, {})
        def train():
            return [path.read_text() for path in find_folder().glob("*.csv")]

    Use instead, to say that the second needs the first:

        @trial(2, {})
        def train():
            return [path.read_text() for path in find_folder().glob("*.csv")]
    """

    code = "MLX707"
    severity = "note"
    template = "{name} runs after {first}: in an earlier run they shared {file}"
    advice = "to try side by side again, delete {evidence}"


class SharedOutput(Diagnostic):
    """The combinations of a trial declare the same output, so they run one after another.

    Each of them may find what the one before it has left there. Where each makes a file of its own, a
    parameter in braces in `outputs` says so, and they run side by side.

    For example:

        @trial(1, {"n": [1, 2]}, outputs=["model.bin"])
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2]}, outputs=["model-{n}.bin"])
        def train(n): ...
    """

    code = "MLX710"
    severity = "note"
    template = (
        "{name!r} runs its combinations in order: outputs= names the same files for all of them"
    )
    advice = 'put a parameter in braces into the names, as in outputs=["model-{{n}}.bin"]'
