"""``Fn::ForEach``: loops in loops, and conditions that a loop makes."""

from __future__ import annotations

from pathlib import Path

from codepipeline_files import read

NESTED = """\
Parameters: {Env: {Type: String}}
Conditions:
  Fn::ForEach::Stages:
    - Name
    - [prod, beta]
    - Is${Name}: !Equals [!Ref Env, !Ref Name]
Resources:
  Fn::ForEach::Apps:
    - App
    - [one, two]
    - Fn::ForEach::Places:
        - Place
        - [x, y]
        - Pipe${App}${Place}:
            Type: AWS::CodePipeline::Pipeline
            Properties:
              Name: !Sub "${App}-${Place}"
              Stages:
                - Name: Source
                  Actions:
                    - Name: Code
                      ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeCommit, Version: "1"}
                - Name: Deploy
                  Actions:
                    - Name: Go
                      ActionTypeId: {Category: Deploy, Owner: AWS, Provider: ECS, Version: "1"}
                      Configuration: {ServiceName: !If [Isprod, shop-prod, shop-beta]}
"""


def test_loops_in_loops_and_conditions_that_a_loop_makes(tmp_path: Path) -> None:
    found = read(tmp_path, NESTED)
    assert [each.name for each in found] == ["one-x", "one-y", "two-x", "two-y"]
    services = [variant.jobs[-1].steps[0].inputs["ServiceName"] for variant in found[0].variants]
    assert services == ["shop-prod", "shop-beta"]


def test_looped_conditions_that_go_round_end(tmp_path: Path) -> None:
    text = NESTED.replace("!Equals [!Ref Env, !Ref Name]", "!Or [!Condition Isbeta, !Condition Isprod]")
    assert len(read(tmp_path, text)) == 4
