"""Tries single operations by their recipes, one after the other: what luck left out."""

import json
import urllib.error
import urllib.parse
import urllib.request

from recipes import Recipes
from things import DIRECTOR, OPERATOR, TRAINER


def accepted(address, document, names):
    """Which of some operations answer 2xx to what their recipes give, to the operator, a trainer or a director of a library, on a server
    that nobody else uses."""
    everybody = [Recipes(address, person, {}, document["components"]["schemas"]) for person in (OPERATOR, TRAINER, DIRECTOR)]
    return {
        operation["operationId"]
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if operation["operationId"] in names and any(accepts(recipes, method, path, operation) for recipes in everybody)
    }


def accepts(recipes, method, path, operation):
    try:
        made = recipes.recipe(operation) or {}
        for place, value in (made.get("path", {}) | {"id": made.get("id")}).items():
            path = path.replace(f"{{{place}}}", str(value))
        if "query" in made:
            path = f"{path}?{urllib.parse.urlencode(made['query'], doseq=True)}"
        headers = {"authorization": f"Bearer {recipes.token(made.get('person', recipes.person))}", "if-match": "*"}
        body = made.get("body")
        if "requestBody" in operation:
            headers["content-type"] = made.get("media_type") or next(iter(operation["requestBody"]["content"]))
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        urllib.request.urlopen(urllib.request.Request(recipes.address + path, body, headers, method=method.upper())).close()
    except urllib.error.HTTPError as error:
        told = error.read().decode(errors="replace")
        print(f"{operation['operationId']}, {recipes.person}: {error.url} answered {error.code}: {told}")
        return False
    return True
