"""The pages of `docs/controls`, written from the catalogue; a test fails when one is stale."""

from collections.abc import Mapping

from expectations.catalogue import Entry, catalogue
from expectations.clause import clauses, frameworks
from expectations.policy import Policy, printed
from pipelines.model.outcome import Confidence, Outcome, Severity

OUTCOMES = {
    Outcome.FAILED: ("不满足", "Not met"),
    Outcome.CANT_TELL: ("无法判定", "Cannot tell"),
    Outcome.UNTESTED: ("未检测", "Not tested"),
    Outcome.PASSED: ("满足", "Met"),
    Outcome.INAPPLICABLE: ("不涉及", "Inapplicable"),
}
SEVERITIES = {
    Severity.BLOCKER: ("阻断", "blocker"),
    Severity.HIGH: ("高", "high"),
    Severity.MEDIUM: ("中", "medium"),
    Severity.LOW: ("低", "low"),
}
CONFIDENCES = {
    Confidence.SEEN: ("已核原文", "text read"),
    Confidence.SECONDARY: ("二手来源", "secondary"),
    Confidence.DRAFT: ("据草案", "draft"),
    Confidence.MEMORY: ("凭记忆", "from memory"),
    Confidence.DESIGN: ("自行推定", "own inference"),
}
KINDS = {
    "auto": ("由数据计算", "computed from the data"),
    "hybrid": ("由人工结论计算", "computed over human verdicts"),
    "manual": ("陈述并附文件", "attestation with a file"),
}


def pages(policy: Policy) -> Mapping[str, str]:
    """Every page by its file name: one for each control, and the list of all."""
    entries = catalogue().values()
    written = {f"{entry.id}.md": page(entry, policy) for entry in entries}
    return {"README.md": _list(), **written}


def page(entry: Entry, policy: Policy) -> str:
    """The page of one control, Chinese first."""
    blocks = [
        f"# {entry.id} {entry.title['zh']}\n\n{entry.title['en']}",
        _facts(entry, policy),
        f"## 要求 · What it asks\n\n{entry.asks['zh']}\n\n{entry.asks['en']}",
    ]
    if entry.control is not None:
        blocks.append(f"## 缘由 · Why\n\n{entry.why['zh']}\n\n{_sentence(entry.why['en'])}")
    blocks.append(f"## 补救 · Remedy\n\n{entry.remedy['zh']}\n\n{_sentence(entry.remedy['en'])}")
    blocks.append(_clauses(entry))
    blocks.append(_test(entry))
    return "\n\n".join(blocks) + "\n"


def _facts(entry: Entry, policy: Policy) -> str:
    severity, confidence, kind = (
        SEVERITIES[entry.severity],
        CONFIDENCES[entry.confidence],
        KINDS[entry.kind],
    )
    rows = [
        ("严重程度", "Severity", f"{severity[0]} · {severity[1]}"),
        ("条款文本", "Clause text", f"{confidence[0]} · {confidence[1]}"),
        ("检测方式", "Kind of test", f"{kind[0]} · {kind[1]}"),
        ("指标", "Metric", f"`{entry.metric}`"),
        ("计入条款", "Counted under", entry.counted),
        ("文本出自", "Rests on", entry.rests_on),
    ]
    limits = policy.thresholds.get(entry.id, {})
    if limits:
        text = ", ".join(f"`{name}` = {printed(value)}" for name, value in limits.items())
        rows.append(("默认阈值", "Default thresholds", text))
    lines = [f"| {zh} · {en} | {value} |" for zh, en, value in rows]
    return "\n".join(["| | |", "|---|---|", *lines])


def _clauses(entry: Entry) -> str:
    lines = []
    for number in entry.clauses:
        clause = clauses()[number]
        law, sure = frameworks()[clause.framework], CONFIDENCES[clause.confidence]
        lines.append(
            f"- **{number}** ({sure[0]} · {sure[1]}), {law.title['zh']} · {law.title['en']}:\n"
            f"  {clause.says['zh']} {clause.says['en']}"
        )
    head = "## 条款（本项目的转述，非原文） · Clauses (our paraphrase, not the text)"
    return head + "\n\n" + "\n".join(lines)


def _test(entry: Entry) -> str:
    head = "## 检测 · Test"
    if entry.control is None:
        return (
            f"{head}\n\n本版本没有检测：结论为“未检测”，除非由具名人员在策略中陈述。\n\n"
            "This version has no test for it: the outcome is *Not tested* unless a named person "
            "attests it in the policy."
        )
    evidence = ", ".join(f"`{name}`" for name in entry.control.evidence)
    lines = [
        f"| {example.zh} · {example.en} | {_outcomes(example.expect)} |"
        for example in entry.control.examples
    ]
    table = "\n".join(["| 给定 · Given | 结论 · Outcome |", "|---|---|", *lines])
    return f"{head}\n\n证据 · Evidence: {evidence}\n\n{table}"


def _outcomes(expected: tuple[Outcome, ...]) -> str:
    """The outcomes of an example, each once, in order."""
    return ", ".join(f"{OUTCOMES[o][0]} · {OUTCOMES[o][1]}" for o in dict.fromkeys(expected))


def _list() -> str:
    entries = list(catalogue().values())
    tested = sum(entry.control is not None for entry in entries)
    lines = [
        f"| [{e.id}]({e.id}.md) | {e.title['zh']} · {e.title['en']} "
        f"| {' · '.join(SEVERITIES[e.severity])} | {e.counted} "
        f"| {'有 · yes' if e.control else '无 · no'} |"
        for e in entries
    ]
    return _LIST.format(all=len(entries), tested=tested, rows="\n".join(lines))


_LIST = """# 控制项目录 · Catalogue of controls

{all} 个控制项，本版本有检测的 {tested} 个；其余结论为“未检测”，除非由具名人员陈述。

{all} controls, {tested} of them with a test in this version; the others come out as *Not tested*
unless a named person attests them.

由 `tda controls docs` 生成，请勿手改。 Written by `tda controls docs`; do not edit.

| | 控制项 · Control | 严重程度 · Severity | 计入条款 · Counted under | 检测 · Test |
|---|---|---|---|---|
{rows}
"""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
