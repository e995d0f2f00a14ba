# json-work.py - parses, sorts and dumps tens of megabytes of JSON.
import hashlib
import json

COUNT = 160000


def record(i):
    n = i * 7919 % 1000003
    return {
        "id": n,
        "name": "item-%07d" % n,
        "tags": ["t%d" % (n % 7), "u%d" % (n % 11), "v%d" % (n % 13)],
        "price": n / 16,
        "size": {"width": n % 100, "height": n % 37, "depth": None, "fragile": n % 2 == 0},
        "note": "n" * (n % 60),
    }


text = json.dumps([record(i) for i in range(COUNT)])
items = json.loads(text)
items.sort(key=lambda item: (item["size"]["width"], item["name"]))
sorted_text = json.dumps(items, sort_keys=True, indent=1)
print(len(text), len(sorted_text), hashlib.sha256(sorted_text.encode()).hexdigest())
