"""Makes the folder vectors/ beside this file from a full set of reference vectors: python3 reduce_vectors.py FULL_SET

Same format and keys; fewer cases (NFE 6, or what is nearest, and 10 for the official solvers, whose rules change there), the
first two noises, fewer grids and metrics.
"""
import json
import pathlib
import re
import sys

import numpy as np

full = pathlib.Path(sys.argv[1])
out = pathlib.Path(__file__).parent / "vectors"
NOISES = 2
CALLS = re.compile(r"unipc3_bh2_(ld3|off_eps)/|dpm(pp)?3[sm]_off/vplin|dpm2s_ld3/vplin|heun|_afs|_thr|deis_tab4|gs_theory|s4s_lms|vary|"
                   r"ipndm(4|_v3)/|kd_(dpm_fast|dpmpp3m|lms4_zero)")


def save(name, arrays):
    np.savez_compressed(out / name, **arrays)


index = json.load(open(full / "index.json"))
cases, rows, params = [], {}, {}
for case in index["cases"]:
    kept = case["nfe"] in (5, 6) or case["nfe"] == 10 and "_off" in case["solver"] and case["grid"] == "logSNR"
    if not kept:
        continue
    case = {k: v for k, v in case.items() if k not in ("source", "variant")}
    chosen = rows.setdefault(case["file"], [])
    chosen.append(case["row"])
    case["row"] = len(chosen) - 1
    cases.append(case)
    if "params" in case:
        file, prefix = case["params"].split(":")
        stored = np.load(full / file)
        params.update({k: stored[k] for k in stored.files if k.startswith(prefix[:-1])})
for file, chosen in rows.items():
    stored = np.load(full / file)
    steps = stored["t_steps"][chosen]
    save(file, {"x_final": stored["x_final"][chosen][:, :NOISES],
                "t_steps": steps[:, :np.isfinite(steps).sum(axis=1).max()]})
save("gs_params.npz", params)
coef = {c["coef"].split(":")[1] for c in cases if "coef" in c}


def part(file, keep, cut=lambda key, array: array):
    stored = np.load(full / file)
    save(file, {k: cut(k, stored[k]) for k in stored.files if keep(k)})


part("deis_coef.npz", lambda k: k in coef)
part("noises.npz", lambda k: True)
part("schedules.npz", lambda k: True)
part("denoiser.npz", lambda k: True)
part("reference_ode.npz", lambda k: True,
     lambda k, a: a if k.startswith("smooth") else a[:NOISES])
part("grids.npz", lambda k: "float32" not in k and re.search(r"(/N6|/steps6|/nfe6)(/|$)", k))
part("gits.npz", lambda k: re.search(r"/dev/(cost|t_|dev|.*(steps4|steps7)_)", k))
part("metrics.npz", lambda k: re.match(r"d16_close|pr_a", k))
part("intermediates.npz", lambda k: CALLS.search(k),
     lambda k, a: a[:, :1] if k.endswith("/x") else a[:1] if k.endswith("/x_final") else a)
metrics = [m for m in index["metrics"] if re.search(r"d16_close|pr_a", m["id"])]
with open(out / "index.json", "w") as f:
    # a line a case
    f.write('{"cases": [\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
            + '\n], "metrics": ' + json.dumps(metrics, separators=(",", ":")) + "}\n")
convergence = json.load(open(full / "convergence.json"))
small = {"model": convergence["model"]}
for rows_, n in (("rows", "N"), ("rows_d8", "N_d8")):
    small[n] = convergence[n][:2]
    small[rows_] = [{k: (v[:2] if k == "rms" else v) for k, v in row.items() if k != "slopes"}
                    for row in convergence[rows_] if rows_ == "rows" or row["grid"] == "time_uniform"]
json.dump(small, open(out / "convergence.json", "w"), separators=(",", ":"))
json.dump(json.load(open(full / "models.json")), open(out / "models.json", "w"), separators=(",", ":"))
