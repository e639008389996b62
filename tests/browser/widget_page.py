"""The page on which the widgets are tried, and what a test may ask of it."""

from playwright.sync_api import Page, expect

CELLS = [
    "# صفحه‌ی آزمون\n\nیک خط نوشته با `code` و $x^2$ در میان.",
    """
import ipywidgets
from hamyar.faces.widgets import JalaliDate, RialInput

made = {
    "born": JalaliDate(label="روز تولد", description="روزی که در شناسنامه است", max=14050830, today=14050815),
    "visit": JalaliDate(label="روز دیدار", value=14050829, min=14050110, max=14061229, today=14050815),
    "rent": RialInput(label="اجاره", description="اجاره‌ی همین ماه", max=10**12),
    "wage": RialInput(label="دستمزد", value=125_000_000),
    "shut": RialInput(label="بسته", value=5000, disabled=True),
    "hostile": RialInput(label="<img src=x onerror=alert(1)>", description="</p><script>alert(2)</script>"),
}
told = ipywidgets.Label().add_class("told")
woken = []

def tell(change=None):
    told.value = repr({name: field.value for name, field in made.items()} | {"woken": len(woken)})

for field in made.values():
    field.observe(lambda change: (woken.append(change.name), tell()), "value")
tell()
first = {name: field.value for name, field in made.items()}

def start_again(button):
    for name, field in made.items():
        field.value = first[name]
    woken.clear()
    tell()

again = ipywidgets.Button(description="از نو").add_class("again")
again.on_click(start_again)
ids = ipywidgets.Label(" ".join(f"{name}={field.model_id}" for name, field in made.items())).add_class("ids")
ipywidgets.VBox([*made.values(), told, again, ids])
""",
]


FIRST = "{'born': None, 'visit': 14050829, 'rent': None, 'wage': 125000000, 'shut': 5000, 'hostile': None, 'woken': 0}"


def opened(page: Page, address: str) -> Page:
    """The page with its widgets alive: the last field has been drawn and the kernel answers."""
    page.goto(address)
    page.locator(".told").wait_for()
    return page


def start_again(page: Page) -> None:
    """Everything as it was when the page was opened, without the seconds of a new kernel."""
    if page.get_by_role("dialog").count():
        page.keyboard.press("Escape")
    for field in page.locator(".hamyar-field input:enabled").all():
        field.press("Escape")
    page.locator(".again").click()
    expect(page.locator(".told")).to_contain_text(FIRST)


def wait_for_value(page: Page, name: str, value: object) -> None:
    """Wait until the kernel holds ``value`` in the field ``name``; fail if it never does."""
    expect(page.locator(".told")).to_contain_text(f"'{name}': {value!r},")


def forge(page: Page, name: str, state: dict[str, object]) -> None:
    """Send a widget's message to the kernel by a socket of the page's own, past every script of the field."""
    ids = dict(pair.split("=") for pair in page.locator(".ids").inner_text().split())
    page.evaluate(
        """([comm, state]) => new Promise((done, failed) => {
          const { kernelId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
          const socket = new WebSocket(`ws://${location.host}/api/kernels/${kernelId}/channels?session_id=forged`);
          const header = { msg_id: "forged", msg_type: "comm_msg", session: "forged", username: "", version: "5.3" };
          socket.onerror = failed;
          socket.onmessage = (event) => {
            const { msg_type, content, parent_header } = JSON.parse(event.data);
            const isIdle = msg_type === "status" && content.execution_state === "idle";
            if (isIdle && parent_header.msg_id === "forged") done(socket.close());
          };
          socket.onopen = () => socket.send(JSON.stringify({
            channel: "shell", buffers: [], parent_header: {}, metadata: {},
            header: { ...header, date: new Date().toISOString() },
            content: { comm_id: comm, data: { method: "update", state, buffer_paths: [] } },
          }));
        })""",
        [ids[name], state],
    )
