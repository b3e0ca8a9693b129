"""Whether a bucket keeps what a deploy overwrites: its versioning, as a template or Terraform of the repository has it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Names
from typing import Final

from barraiser.evidence.definition import below, literal
from barraiser.evidence.kept import Kept
from barraiser.evidence.library import MAX_LOOKED_AT, SAMPLES, SUFFIXES
from barraiser.evidence.rollout_aws import at, number
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
                literal(below(properties, "BucketName")),
                at(properties, "VersioningConfiguration", "Status"),
                at(properties, "LifecycleConfiguration", "Rules"),
            )


def _of_terraform(resources: Node | None) -> Iterator[tuple[str, Kept]]:
    names = {key: literal(at(block, "bucket")) for key, block in _blocks(below(resources, "aws_s3_bucket"))}
    rules = {
        _bucket(at(block, "bucket"), names): at(block, "rule")
        for _, block in _blocks(below(resources, "aws_s3_bucket_lifecycle_configuration"))
    }
    for _, block in _blocks(below(resources, "aws_s3_bucket_versioning")):
        bucket = _bucket(at(block, "bucket"), names)
        yield from _versioned(bucket, at(block, "versioning_configuration", "status"), rules.get(bucket))


def _bucket(given: Node | None, names: Names[str, str]) -> str:
    """The name of the bucket that a resource is about: written, or of the bucket that it refers to."""
    written = given.value.removeprefix("${") if isinstance(given, Scalar) else ""
    if written.startswith("aws_s3_bucket."):
        return next((name for key, name in names.items() if written.startswith(f"aws_s3_bucket.{key}.")), "")
    return literal(given)


def _blocks(node: Node | None) -> Iterator[tuple[str, Node]]:
    for key, block in node if isinstance(node, Mapping) else ():
        one = block.items[0] if isinstance(block, Sequence) and block.items else block
        yield key.value, one


def _versioned(bucket: str, status: Node | None, rules: Node | None) -> Iterator[tuple[str, Kept]]:
    said = literal(status)
    if bucket and status is not None and said in ("Enabled", "Suspended", "Disabled"):
        expiry = _expiry(rules) if said == "Enabled" else None
        if expiry is not None:
            yield bucket, expiry
            return
        yield bucket, Kept("VersioningConfiguration", line_of(status), versions=1 if said == "Enabled" else 0)


def _expiry(rules: Node | None) -> Kept | None:
    """After how many days an overwritten object is thrown away, by a rule for the whole bucket that keeps no number of versions.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    items = rules.items[:100] if isinstance(rules, Sequence) else [rules] if rules is not None else []
    for rule in items:
        block = at(rule, "NoncurrentVersionExpiration")
        days = at(block, "NoncurrentDays")
        days = days if days is not None else at(rule, "NoncurrentVersionExpirationInDays")
        newer = at(block, "NewerNoncurrentVersions")
        if days is None or newer is not None or literal(at(rule, "Status")) == "Disabled" or _partial(rule):
            continue
        return Kept(
            "NoncurrentDays", line_of(days), days=number(days), said=f"noncurrent versions, {literal(days)} days"
        )
    return None


def _partial(rule: Node | None) -> bool:
    """Whether a rule is for some of the objects alone."""
    within = at(rule, "Filter")
    parts = [at(rule, "Prefix"), at(within, "Prefix"), at(within, "Tag"), at(within, "And"), at(rule, "TagFilters")]
    return any(part is not None and not (isinstance(part, Scalar) and not part.value) for part in parts)
