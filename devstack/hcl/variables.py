"""
Give the variables of a job file their values, and put them where they are used.

May import ``devstack.hcl.expressions``, ``devstack.hcl.source`` and ``devstack.hcl.errors``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from devstack.hcl.errors import HclError
from devstack.hcl.expressions import Names, evaluate
from devstack.hcl.source import bare, expression, is_block, quoted, read, unlabelled

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES = ("string", "number", "bool", "list(string)")
_REFERENCE = re.compile(r"var\.([A-Za-z_][\w-]*)")
#: A variable, an escaped dollar, or anything else between braces: that is for the runtime.
_INTERPOLATION = re.compile(r"\$\$\{|\$\{([^}]*)\}")
_RUNTIME = re.compile(r"(node|attr|meta|env|device|NOMAD_)[\w.\[\]\"'-]*|[A-Z][A-Z0-9_]*")
_DECLARATION = {"type", "default", "description", "sensitive", "validation"}
_VALIDATION = {"condition", "error_message"}


def resolve(declared: list[dict[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """
    The value of each declared variable: what is given, else its default.

    Raises HclError naming every variable that is missing, unknown or of the wrong type.
    """
    values: dict[str, Any] = {}
    problems = []
    for block in declared:
        labels, body = unlabelled(block)
        name = labels[0] if len(labels) == 1 else ""
        if not name:
            raise HclError("a variable block has one label, its name")
        try:
            values[name] = _value(name, body, given)
        except HclError as error:
            problems.append(str(error))
    problems += [
        f"variable {name}: the job file declares no such variable; it has "
        f"{', '.join(sorted(values)) or 'none'}"
        for name in given
        if name not in values and not any(f"variable {name}:" in one for one in problems)
    ]
    if problems:
        raise HclError("; ".join(problems))
    return values


def _value(name: str, body: dict[str, Any], given: Mapping[str, Any]) -> Any:
    unknown = body.keys() - _DECLARATION
    if unknown:
        raise HclError(f"variable {name}: unknown key {', '.join(sorted(unknown))}")
    kind = _kind(name, body.get("type", "string"))
    if name not in given and "default" not in body:
        raise HclError(f"variable {name}: has no default, so it needs a value (-var {name}=…)")
    default = substituted(body.get("default"), {}, f"the default of variable {name}")
    value = converted(name, kind, given.get(name, default))
    for validation in body.get("validation", ()):
        _validate(name, value, validation)
    return value


def _validate(name: str, value: Any, validation: Any) -> None:
    if not is_block([validation]) or unlabelled(validation)[1].keys() != _VALIDATION:
        raise HclError(f"variable {name}: a validation has a condition and an error_message")
    where = f"the validation of variable {name}"
    if substituted(validation["condition"], {name: value}, where) is not True:
        told = substituted(validation["error_message"], {}, where)
        raise HclError(f"variable {name}: {value!r}: {told}")


def _kind(name: str, written: Any) -> str:
    text = expression(written) or written if isinstance(written, str) else ""
    kind = re.sub(r"\s+", "", text)
    if kind not in _TYPES:
        raise HclError(f"variable {name}: type {text or written!r}; known are {', '.join(_TYPES)}")
    return kind


def converted(name: str, kind: str, value: Any) -> Any:
    """A value as one of the declared type; text is read as the command line's."""
    try:
        if kind == "list(string)":
            return _strings(value)
        if kind == "number":
            return _number(value)
        if kind == "bool":
            return {"true": True, "false": False}[_text(value)]
        return _text(value)
    except (ValueError, KeyError) as error:
        raise HclError(f"variable {name}: {value!r} is no {kind}") from error


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ValueError(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004 - one error for whatever is no number.
    number = float(value) if isinstance(value, (str, int, float)) else float("nan")
    if number != number or number in {float("inf"), float("-inf")}:  # noqa: PLR0124 - NaN.
        raise ValueError(value)
    return int(number) if number.is_integer() else number


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        try:
            value = substituted(read(f"list = {value}")["list"], {}, "the value")
        except HclError as error:
            raise ValueError(value) from error
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise ValueError(value)
    return list(value)


def variables_file(text: str) -> dict[str, Any]:
    """The values of a variables file: ``name = value`` lines.  Raises HclError."""
    return {
        bare(name): substituted(value, {}, f"variable {name}") for name, value in read(text).items()
    }


def substituted(value: Any, variables: Mapping[str, Any], where: str) -> Any:
    """
    A parsed value with variables put in, and what is for the runtime left as it is.

    ``where`` names the place for errors.  Raises HclError for an expression that is neither.
    """
    if isinstance(value, list):
        return [substituted(item, variables, where) for item in value]
    if isinstance(value, dict):
        return {
            bare(key): substituted(item, variables, f"{where}.{bare(key)}")
            for key, item in value.items()
        }
    if not isinstance(value, str):
        return value
    template = quoted(value)
    if template is not None:
        return _filled(template, variables, where)
    names = Names(
        variable=lambda name: _looked_up(name, variables, where),
        filled=lambda template: _filled(template, variables, where),
    )
    try:
        return evaluate(expression(value) or value, names)
    except HclError as error:
        text = str(error)
        raise HclError(text if text.startswith(where) else f"{where}: {text}") from error


def _filled(template: str, variables: Mapping[str, Any], where: str) -> str:
    def part(match: re.Match[str]) -> str:
        if match[1] is None:
            return "${"  # It was written $${, to be kept as it is.
        code = match[1].strip()
        reference = _REFERENCE.fullmatch(code)
        if reference is not None:
            value = _looked_up(reference[1], variables, where)
            if isinstance(value, list):
                raise HclError(f"{where}: var.{reference[1]} is a list, which has no text")
            return _text(value)
        if _RUNTIME.fullmatch(code):
            return match[0]
        raise HclError(
            f"{where}: ${{{code}}} is not understood; write var.NAME or a runtime variable"
        )

    return _INTERPOLATION.sub(part, template)


def _looked_up(name: str, variables: Mapping[str, Any], where: str) -> Any:
    if name not in variables:
        raise HclError(f"{where}: var.{name} is not declared")
    return variables[name]
