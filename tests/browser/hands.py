"""What people do with a board, and what they see of it."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

PHONE = {"width": 390, "height": 844}
AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()


def card(page: Page, name: str) -> Locator:
    return page.locator(".card", has_text=name)


def expect_in(page: Page, name: str, stage: str) -> None:
    """The card stands in that column, once, and is settled there."""
    expect(page.locator(f"#cards-{stage} .card:not([aria-busy])", has_text=name)).to_have_count(1)
    expect(card(page, name)).to_have_count(1)


def names(page: Page, stage: str) -> list[str]:
    return page.locator(f"#cards-{stage} .card").evaluate_all("cards => cards.map(card => card.dataset.name)")


def focused(page: Page) -> str:
    """The name on the card that has the focus."""
    return str(page.evaluate("document.activeElement.closest('.card')?.dataset.name ?? ''"))


def drag(page: Page, card: Locator, *columns: str) -> None:
    """Hold the card with the mouse, cross the columns, let go over the last one."""
    hold(page, card, *columns)
    page.mouse.up()


def hold(page: Page, card: Locator, *columns: str) -> None:
    card.scroll_into_view_if_needed()
    start = card.bounding_box()
    assert start
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] - 8)
    page.mouse.down()
    for column in columns:
        target = page.locator(f"#column-{column}").bounding_box()
        assert target
        page.mouse.move(target["x"] + target["width"] / 2, target["y"] + 200, steps=12)


def drag_by_touch(page: Page, card: Locator, column: str) -> None:
    """Rest a finger on the card until it lifts, move it over what is to be seen of the column, let go."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        found = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": found})

    start, target = card.bounding_box(), page.locator(f"#column-{column}").bounding_box()
    assert start is not None
    assert target is not None
    assert page.viewport_size is not None
    x, y = start["x"] + 60, start["y"] + start["height"] - 8
    end = min(target["x"] + target["width"] / 2, page.viewport_size["width"] - 12)
    touch("touchStart", (x, y))
    page.wait_for_timeout(400)
    for step in range(1, 13):
        touch("touchMove", (x + (end - x) * step / 12, y + 4 * step))
        page.wait_for_timeout(16)
    touch("touchEnd")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with what is on the screen: all its rules, and that targets are large enough."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({ rules: { 'target-size': { enabled: true } } })")["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
