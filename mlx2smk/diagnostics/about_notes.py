"""Notes: safe but slow decisions of the compiler, and how to avoid them."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class SequentialTrial(Diagnostic):
    """Combinations run one after another because one may read a key of SETUP that another writes.

    Without `"__parallel__"`, each combination sees the `context_update` of those before it. The
    combinations run in parallel only if this certainly makes no difference, because the trial reads
    no key of SETUP that it may write. Using SETUP as a whole or with a computed key counts as reading
    any key. A `context_update` that is not a dict display with literal keys counts as writing any key.

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
    """A whole module counts as part of a function, so any edit of the module runs the function again.

    Code that looks up names at run time (`eval`, `globals()`, a module passed on as an object, an
    import with a computed name, …) may need any definition. If names are written out, only the
    definitions that they refer to count. Of a module that a trial only asks for attributes, as in
    `getattr(models, settings["model"])`, only those count that its runs have asked it for, from the second
    edit on.

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
    advice = "refer to definitions by name where they are used"


class UnguardedProgram(Diagnostic):
    """A file does something as a program, and so in every job that loads it.

    Loading a module, or the experiment, runs its top-level statements, as Python does. What they do
    (training, plotting, writing files) is done by each combination, and an edit of anything that they
    need runs all of them again. The body of `if __name__ == "__main__":` never runs in a job, and counts for no function.

    For example, in `model.py`:

        def accuracy(predicted, actual): ...
        def train(epochs): ...

        weights = train(20)
        plot(weights)

    Use instead:

        def accuracy(predicted, actual): ...
        def train(epochs): ...

        if __name__ == "__main__":
            weights = train(20)
            plot(weights)
    """

    code = "MLX712"
    severity = "note"
    template = "each job of {name} runs this and {others} that only this needs: {reason}"
    advice = 'if it is for {file} as a program, put it below `if __name__ == "__main__":`'


class AskedOrder(Diagnostic):
    """Combinations run one after another only because of `"__parallel__": 1`.

    Without it they would run in parallel: no combination reads a key of SETUP that another writes,
    and as far as the code shows, none writes a file that another uses.

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
    template = 'the combinations of {name} run one after another because "__parallel__" is 1'
    advice = 'remove "__parallel__" to run them in parallel'


class SharedFile(Diagnostic):
    """Combinations run one after another because all of them write the same file.

    Without `"__parallel__"`, each combination finds the files that those before it wrote. A path
    without a parameter is the same file for all of them, such as a counter, a table to which each
    appends, or a model that each trains further. In parallel they would overwrite each other's files.

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
        'put a parameter into the file\'s name, or add "__parallel__": N if the combinations need not see '
        "each other's files"
    )


class ObservedFile(Diagnostic):
    """Combinations run one after another because an earlier run showed that they share a file.

    The code does not show which file it is, but during a run one combination used a file that another
    one wrote. The observation is kept in `.mlx/order/` in the folder, so that later runs keep the
    order.

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
    advice = (
        'to run them in parallel again, add "__parallel__": N to the trial, or delete {evidence}'
    )


class ObservedKeys(Diagnostic):
    """An earlier run used SETUP, results or names in a way that cannot be seen in the code.

    It is recorded in `.mlx/unforeseen/` in the folder. If the run failed, because the workflow was not
    compiled for it, every compile since counts it as foreseen. Names of modules become part of the slice
    as soon as the slice, or the module, changes.

    For example:

        @trial(1, {"n": [1, 2, 3]})
        def add(n):
            name = "context_" + "update"
            return {name: {"total": SETUP.get("total", 0) + n}}

    Use instead:

        @trial(1, {"n": [1, 2, 3]})
        def add(n):
            return {"context_update": {"total": SETUP.get("total", 0) + n}}
    """

    code = "MLX711"
    severity = "note"
    template = "in an earlier run {name} {done}, which its code does not show"
    advice = "if it does so no longer, delete {evidence}"


class SharedBetweenTrials(Diagnostic):
    """A trial waits for another one of the same order because one writes a file that both use.

    Trials of the same order run one after another, in the order of the file. They run in parallel only
    if this makes no difference, because none reads a key of SETUP or uses a file that another writes.

    For example:

        @trial(1, {"seed": [1, 2, 3]})
        def prepare(seed):
            pandas.DataFrame(made(seed)).to_csv("data.csv")

        @trial(1, {"rate": [0.1, 0.01]})
        def train(rate):
            return fit(pandas.read_csv("data.csv"), rate)

    Use instead, if they are not meant to share it, a separate file for each trial:

        @trial(1, {"rate": [0.1, 0.01]})
        def train(rate):
            return fit(pandas.read_csv("given.csv"), rate)
    """

    code = "MLX706"
    severity = "note"
    template = "{name} runs after {first}: {file} is {used} {place}, and {did} {where}"
    advice = "if they need not share it, use another file in one of them"


class ObservedBetweenTrials(Diagnostic):
    """A trial waits for another one of the same order because an earlier run showed that they share a file.

    The code does not show which file it is, but during a run one trial used a file that the other one
    wrote. The observation is kept in `.mlx/order/` in the folder, so that later runs keep the order.

    For example:

        @trial(1, {"n": [1, 2, 3]})
        def prepare(n):
            find_folder().joinpath(f"{n}.csv").write_text("...")

        @trial(1, {})
        def train():
            return [path.read_text() for path in find_folder().glob("*.csv")]

    Use instead, to declare that the second needs the first:

        @trial(2, {})
        def train():
            return [path.read_text() for path in find_folder().glob("*.csv")]
    """

    code = "MLX707"
    severity = "note"
    template = "{name} runs after {first}: in an earlier run they shared {file}"
    advice = "to run them in parallel again, delete {evidence}"


class SharedOutput(Diagnostic):
    """The combinations of a trial declare the same output, so they run one after another.

    Each of them may use what the one before it left there. If each makes its own file, put a
    parameter in braces into `outputs`; the combinations then run in parallel.

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
    advice = 'put a parameter in braces into the name, as in outputs=["model-{{n}}.bin"]'
