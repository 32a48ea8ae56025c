#!/usr/bin/env python3
"""Runs a command in a terminal of a fixed size and draws what it shows after a while as SVG.

    python3 docs/img/picture.py --lines 40 --after 150 --out docs/img/up.svg -- target/release/tributary up --data /tmp/market

Needs `pyte` (PyPI). Every glyph gets its own place, boxes and bars are drawn, and no font is fetched, so the columns
stand wherever the picture is shown.
"""

import argparse
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from html import escape

import pyte

CELL, LINE, SIZE, MARGIN, TITLE = 9.0, 19.0, 15, 14.0, 34.0
PAPER, INK = "#16181d", "#c9ced6"
COLOURS = {
    "black": "#3b4048", "red": "#e06c75", "green": "#8fbf6f", "brown": "#d8b365", "yellow": "#d8b365",
    "blue": "#61afef", "magenta": "#c678dd", "cyan": "#56b6c2", "white": INK,
}
# Which of left, right, up, down a box glyph reaches.
BOXES = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru",
    "┼": "lrud",
}


def capture(command, columns, lines, seconds):
    """The screen after so many seconds, as pyte keeps it. The command is interrupted then."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    os.kill(child, signal.SIGWINCH)
    screen = pyte.Screen(columns, lines)
    # Programs ask the terminal where the cursor is.
    screen.write_process_input = lambda answer: os.write(terminal, answer.encode())
    stream = pyte.ByteStream(screen)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                stream.feed(os.read(terminal, 65536))
            except OSError:
                sys.exit("the command ended before its picture was taken")
    rows = [[screen.buffer[y][x] for x in range(columns)] for y in range(lines)]
    os.kill(child, signal.SIGINT)
    while True:
        try:
            if not os.read(terminal, 65536):
                break
        except OSError:
            break
    os.waitpid(child, 0)
    return rows


def number(value):
    return f"{value:.1f}".rstrip("0").rstrip(".")


def draw(rows, title):
    width = 2 * MARGIN + CELL * len(rows[0])
    height = TITLE + MARGIN + LINE * len(rows)
    shapes, texts = [], []
    for y, row in enumerate(rows):
        top = TITLE + LINE * y
        middle = top + LINE / 2
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end].underscore:
                end += 1
            if end > x:
                shapes.append(
                    f'<path d="M{number(MARGIN + CELL * x)} {number(top + LINE - 1)}H{number(MARGIN + CELL * end)}"/>'
                )
            x = end + 1
        x = 0
        while x < len(row):
            cell = row[x]
            left = MARGIN + CELL * x
            colour = COLOURS.get(cell.fg, INK if cell.fg == "default" else f"#{cell.fg}")
            if cell.data == "█":
                end = x
                while end < len(row) and row[end].data == "█":
                    end += 1
                shapes.append(
                    f'<rect x="{number(left)}" y="{number(top + 2)}" width="{number(CELL * (end - x))}"'
                    f' height="{number(LINE - 4)}" fill="{colour}"/>'
                )
                x = end
            elif cell.data in BOXES:
                centre = left + CELL / 2
                end = x
                if cell.data == "─":
                    while end + 1 < len(row) and row[end + 1].data == "─":
                        end += 1
                    path = f"M{number(left)} {number(middle)}H{number(left + CELL * (end - x + 1))}"
                else:
                    reach = BOXES[cell.data]
                    path = "".join(
                        f"M{number(centre)} {number(middle)}" + part
                        for side, part in (
                            ("l", f"H{number(left)}"),
                            ("r", f"H{number(left + CELL)}"),
                            ("u", f"V{number(top)}"),
                            ("d", f"V{number(top + LINE)}"),
                        )
                        if side in reach
                    )
                shapes.append(f'<path d="{path}"/>')
                x = end + 1
            elif cell.data.strip():
                end = x
                style = (cell.fg, cell.bold, getattr(cell, "dim", False))
                while end < len(row) and row[end].data.strip() and row[end].data not in BOXES:
                    if (row[end].fg, row[end].bold, getattr(row[end], "dim", False)) != style:
                        break
                    end += 1
                word = "".join(glyph.data for glyph in row[x:end])
                places = " ".join(number(MARGIN + CELL * place) for place in range(x, end))
                bold = ' font-weight="bold"' if cell.bold else ""
                fill = f' fill="{colour}"' if colour != INK else ""
                texts.append(f'<text x="{places}" y="{number(middle + 5)}"{fill}{bold}>{escape(word)}</text>')
                x = end
            else:
                x += 1
    dots = "".join(
        f'<circle cx="{number(MARGIN + 6 + 18 * place)}" cy="17" r="5.5" fill="{colour}"/>'
        for place, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" role="img">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{number(width)}" height="{number(height)}" rx="8" fill="{PAPER}"/>',
            dots,
            f'<text x="{number(width / 2)}" y="22" text-anchor="middle" font-family="sans-serif" font-size="14"'
            f' fill="#8a919e">{escape(title)}</text>',
            '<g stroke="#4b515c" stroke-width="1.2" fill="none">',
            *[shape for shape in shapes if shape.startswith("<path")],
            "</g>",
            *[shape for shape in shapes if shape.startswith("<rect")],
            f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace"'
            f' font-size="{SIZE}" fill="{INK}">',
            *texts,
            "</g>",
            "</svg>",
            "",
        ]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--columns", type=int, default=118)
    parser.add_argument("--lines", type=int, default=31)
    parser.add_argument("--after", type=float, default=60, help="seconds")
    parser.add_argument("--title", default="tributary up")
    parser.add_argument("--out", required=True)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    rows = capture(options.command, options.columns, options.lines, options.after)
    with open(options.out, "w", encoding="utf-8") as file:
        file.write(draw(rows, options.title))


if __name__ == "__main__":
    main()
