"""data/openapi.yaml, and whether an answer is as it says."""

import fnmatch
import json
from pathlib import Path

import jsonschema
import yaml

METHODS = ("get", "put", "post", "delete", "options")


class Operation:
    def __init__(self, document, path, method, common, described):
        self.document = document
        self.id = described["operationId"]
        self.method = method.upper()
        self.path = path
        self.parameters = [document.resolve(one) for one in common + described.get("parameters", [])]
        self.responses = {status: document.resolve(one) for status, one in described["responses"].items()}
        self.body = described.get("requestBody")

    @property
    def query(self):
        return {one["name"]: document_schema(self.document, one) for one in self.parameters if one["in"] == "query"}

    def check(self, status, media_type, body):
        """Raises AssertionError, or jsonschema's own, when an answer is not one that is described."""
        response = self.responses.get(str(status)) or self.responses.get("default")
        where = f"{self.id} {status}"
        if response is None:
            raise AssertionError(f"{where} is not described")
        content = response.get("content", {})
        if not content:
            if body:
                raise AssertionError(f"{where} has a body: {body[:200]!r}")
            return
        described = next((one for pattern, one in content.items() if fnmatch.fnmatch(media_type, pattern)), None)
        if described is None:
            raise AssertionError(f"{where} is {media_type}, described are {list(content)}")
        if "schema" in described:
            value = json.loads(body)
            self.document.validate(value, described["schema"])
            self.document.note(value, described["schema"], f"{where}: ")


def document_schema(document, parameter):
    return document.resolve(parameter["schema"])


class Document:
    def __init__(self):
        path = Path(__file__).resolve().parents[2] / "data" / "openapi.yaml"
        self.tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.seen = set()  # fields that answers had, as "<operation> <status>: <place>"
        self.operations = {}
        for path, item in self.tree["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = Operation(self, path, method, item.get("parameters", []), item[method])
                    if operation.id in self.operations:
                        raise AssertionError(f"{operation.id} is described twice")
                    self.operations[operation.id] = operation

    def resolve(self, node):
        while "$ref" in node:
            target = self.tree
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    def validate(self, value, schema):
        whole = {**schema, "components": self.tree["components"]}
        jsonschema.Draft202012Validator(whole).validate(value)

    def note(self, value, schema, place):
        """Remembers which of the described fields a value has."""
        schema = self.resolve(schema)
        self.seen.add(place)
        if isinstance(value, dict):
            for name, inner in schema.get("properties", {}).items():
                if name in value:
                    self.note(value[name], inner, f"{place}.{name}")
        elif isinstance(value, list):
            for item in value:
                self.note(item, schema["items"], f"{place}[]")

    def fields(self, schema, place):
        """All that is described."""
        schema = self.resolve(schema)
        yield place
        for name, inner in schema.get("properties", {}).items():
            yield from self.fields(inner, f"{place}.{name}")
        if "items" in schema:
            yield from self.fields(schema["items"], f"{place}[]")

    def described_fields(self):
        for operation in self.operations.values():
            for status, response in operation.responses.items():
                for content in response.get("content", {}).values():
                    if "schema" in content and status != "default":
                        yield from self.fields(content["schema"], f"{operation.id} {status}: ")
