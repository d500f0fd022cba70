#!/usr/bin/env python3
"""Plans one instance side by side with VROOM and PyVRP, every night at home, each for the same time, and prints the ratios.

    tests/checks/tours/compare.py [INSTANCE] [SECONDS]

Installs both from PyPI into a virtual environment in the temporary folder. Run by hand: it takes three times SECONDS, and
says nothing that a test could hold the planner to. What each tool found is judged by the `check_plan.py` beside the instance.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TOOLS = ["pyvroom", "pyvrp"]
BARS = {"vroom": 0.995, "pyvrp": 0.96}


def interpreter():
    """The Python of the environment that has both tools."""
    folder = pathlib.Path(tempfile.gettempdir()) / "packhorse-tours-compare"
    python = folder / "bin" / "python3"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *TOOLS], check=True)
    return python


def ours(instance, seconds, out):
    arguments = ["--seconds", str(seconds), "--mode", "home", "--out", out]
    command = ["cargo", "run", "--quiet", "--release", "-p", "packhorse-tours", "--example", "instance", "--", instance]
    subprocess.run(command + arguments, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main():
    shared = ROOT.parent / "shared" / "tours"
    instance = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else shared / "k400x40.json"
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    sys.path.insert(0, str(shared))
    import check_plan

    problem = check_plan.load(instance)
    problem["max_nights"] = 0
    python = interpreter()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ["ours", "vroom", "pyvrp"]:
            out = pathlib.Path(folder) / f"{name}.json"
            if name == "ours":
                ours(str(instance), seconds, str(out))
            else:
                subprocess.run([python, HERE / f"{name}_plan.py", instance, str(seconds), out, shared], check=True)
            found[name] = check_plan.check(problem, json.loads(out.read_text()))
            print(name, found[name], flush=True)
    for name, bar in BARS.items():
        ratio = found["ours"]["obj"] / found[name]["obj"]
        print(f"ours / {name}: {ratio:.4f} ({'within' if ratio <= bar else 'above'} {bar})")


if __name__ == "__main__":
    main()
