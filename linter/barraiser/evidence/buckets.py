"""Whether a bucket keeps what a deploy overwrites: its versioning, as a template or Terraform of the repository has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from barraiser.evidence.definition import below, literal
from barraiser.evidence.kept import Kept
from barraiser.evidence.library import MAX_LOOKED_AT, SAMPLES, SUFFIXES
from barraiser.evidence.rollout_aws import at
from barraiser.source.errors import MissingExtra, SourceError
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of
from barraiser.source.repository import Repository

MARKERS: Final = (b"VersioningConfiguration", b"versioning_configuration")


def kept_in(bucket: str, repository: Repository) -> tuple[Kept, ...]:
    """What the repository says of the earlier versions of a bucket's objects; nothing where it does not say whether it keeps them."""
    if not bucket or "$" in bucket:
        return ()
    known = repository.remember(("versioned buckets",), lambda: dict(_read(repository)))
    return (known[bucket],) if bucket in known else ()


def _read(repository: Repository) -> Iterator[tuple[str, Kept]]:
    for path in repository.files()[:MAX_LOOKED_AT]:
        if not path.endswith(SUFFIXES) or not SAMPLES.isdisjoint(path.lower().split("/")[:-1]):
            continue
        if not any(marker in repository.peek(path) for marker in MARKERS):
            continue
        try:
            documents = repository.documents(path)
        except (SourceError, MissingExtra):
            continue
        for document in documents:
            yield from _of_template(below(document.root, "Resources"))
            yield from _of_terraform(below(document.root, "resource"))


def _of_template(resources: Node | None) -> Iterator[tuple[str, Kept]]:
    for _, resource in resources if isinstance(resources, Mapping) else ():
        if literal(below(resource, "Type")) == "AWS::S3::Bucket":
            properties = below(resource, "Properties")
            yield from _versioned(
                literal(below(properties, "BucketName")), at(properties, "VersioningConfiguration", "Status")
            )


def _of_terraform(resources: Node | None) -> Iterator[tuple[str, Kept]]:
    names = {key: literal(at(block, "bucket")) for key, block in _blocks(below(resources, "aws_s3_bucket"))}
    for _, block in _blocks(below(resources, "aws_s3_bucket_versioning")):
        given = at(block, "bucket")
        bucket = literal(given)
        if isinstance(given, Scalar) and not bucket:
            bucket = next((name for key, name in names.items() if given.value.startswith(f"aws_s3_bucket.{key}.")), "")
        yield from _versioned(bucket, at(block, "versioning_configuration", "status"))


def _blocks(node: Node | None) -> Iterator[tuple[str, Node]]:
    for key, block in node if isinstance(node, Mapping) else ():
        one = block.items[0] if isinstance(block, Sequence) and block.items else block
        yield key.value, one


def _versioned(bucket: str, status: Node | None) -> Iterator[tuple[str, Kept]]:
    said = literal(status)
    if bucket and status is not None and said in ("Enabled", "Suspended", "Disabled"):
        yield bucket, Kept("VersioningConfiguration", line_of(status), versions=1 if said == "Enabled" else 0)
