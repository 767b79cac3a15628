"""What diffusers_config.py makes of configuration files: those of nets/tiny-diffusers, which diffusers 0.42.1 and transformers
5.24 saved, with changes. Needs no torch.

Usage: read_configs.py FOLDER < CASES: a JSON list of {"FILE": {"key": value, ...}}, where the value "(none)" takes a key out, the
file's key "(all)" puts another object in its place, "(twice)" names a key that stands there a second time, and null takes the
file away. One line for each: what was read, as JSON, or the line of the refusal. The last case stays in FOLDER."""

import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../../main/python")]
import diffusers_config
import messages

folder = sys.argv[1]
for case in json.load(sys.stdin):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(HERE, "../resources/nets/tiny-diffusers"), folder)
    for name, changes in case.items():
        path = os.path.join(folder, name)
        if changes is None:
            os.remove(path)
            continue
        value = diffusers_config.read_json(path) if os.path.exists(path) else {}
        value = changes.get("(all)", value)
        value.update({k: v for k, v in changes.items() if k not in ("(all)", "(twice)")})
        text = json.dumps({k: v for k, v in value.items() if v != "(none)"})
        if "(twice)" in changes:
            text = '{"%s": 0, %s' % (changes["(twice)"], text[1:])
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    try:
        read = diffusers_config.StableDiffusion(folder)
        print(json.dumps({"prediction": read.prediction, "schedule": read.schedule, "shape": read.shape, "scale": read.scale,
                          "length": read.tokenizer.length, "pad": read.tokenizer.pad,
                          "vocabulary": len(json.loads(read.tokenizer.text)["model"]["vocab"])}))
    except messages.Refused as e:
        print(e)
