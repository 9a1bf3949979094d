"""A peer of the core: does the works of bench/peers.ts with one library, as it is told on standard input.

`python3 peer.py torch` or `numpy`. A line of JSON each way. At the start it says its versions and the programs that it has for each work;
then it answers prepare (numbers as {name: {shape, data}}, settings), results, time (so many turns, in seconds) and release.
"""

import importlib
import json
import re
import sys
import time

import numpy as np


def reference_blas():
    """The path of the loaded BLAS when it is the unoptimised one, which would be no match."""
    with open("/proc/self/maps", encoding="utf8") as maps:
        paths = set(re.findall(r"/\S+", maps.read()))
    fast = any(re.search(r"openblas|blis|mkl|atlas", path) for path in paths)
    plain = [path for path in paths if "/libblas.so" in path]
    return plain[0] if plain and not fast else None


def answer(prepared, request, programs):
    kind = request["do"]
    if kind == "prepare":
        numbers = {
            name: np.array(tensor["data"], dtype=np.float32).reshape(tensor["shape"])
            for name, tensor in request["numbers"].items()
        }
        program = programs[request["work"]][request["program"]](numbers, **request["settings"])
        prepared[request["id"]] = program
        return {}
    program = prepared[request["id"]]
    if kind == "release":
        del prepared[request["id"]]
        return {}
    if kind == "results":
        results = program.results()
        return {name: np.asarray(array, dtype=np.float64).ravel().tolist() for name, array in results.items()}
    turn = program.turn
    turns = range(request["turns"])
    start = time.perf_counter()
    for _ in turns:
        turn()
    return time.perf_counter() - start


def main():
    library = importlib.import_module(f"with_{sys.argv[1]}")
    programs = library.PROGRAMS
    names = {work: list(found) for work, found in programs.items()}
    print(json.dumps({"version": library.VERSION, "programs": names, "slow": reference_blas()}), flush=True)
    prepared = {}
    for line in sys.stdin:
        print(json.dumps(answer(prepared, json.loads(line), programs)), flush=True)


if __name__ == "__main__":
    main()
