"""Makes the map's shapes from the package they come from; tests/run compares the result with the vendored file.

Enters: the SVG of @svg-maps/ukraine. Leaves: a line for each region: its ISO 3166-2 code, a point well inside it, and its
outline as an SVG path. Points are laid on a coarse grid, which neighbours share, so that borders still meet.
"""

import re
import sys

# Step of the grid, in units of the source, whose width is 1,000: about 3.5 km.
STEP = 3
# By the order of the source, which is that of the English names.
CODES = {
    "Cherkasy": "UA-71", "Chernihiv": "UA-74", "Chernivtsi": "UA-77", "Crimea": "UA-43", "Dnipropetrovsk": "UA-12",
    "Donetsk": "UA-14", "Ivano-Frankivsk": "UA-26", "Kharkiv": "UA-63", "Kherson": "UA-65", "Khmelnytskyi": "UA-68",
    "Kirovohrad": "UA-35", "Kyiv": "UA-32", "Kyiv City": "UA-30", "Luhansk": "UA-09", "Lviv": "UA-46",
    "Mykolaiv": "UA-48", "Odessa": "UA-51", "Poltava": "UA-53", "Rivne": "UA-56", "Sumy": "UA-59",
    "Ternopil": "UA-61", "Vinnytsia": "UA-05", "Volyn": "UA-07", "Zakarpattia": "UA-21", "Zaporizhia": "UA-23",
    "Zhytomyr": "UA-18",
}


def rings(path):
    """Points of each ring of an SVG path of M, m, l and z, with implied repetition."""
    found, x, y, command = [], 0.0, 0.0, "M"
    for token in re.findall(r"[Mmlz]|-?\d*\.?\d+", path):
        if token in "Mmlz":
            command, held = token, []
            if token == "z":
                x, y = found[-1][0]
            continue
        held.append(float(token))
        if len(held) < 2:
            continue
        (dx, dy), held = held, []
        x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
        if command in "Mm":
            found.append([(x, y)])
            command = "l" if command == "m" else "l"
        else:
            found[-1].append((x, y))
    return found


def coarse(ring):
    """The ring on the grid, without points that say nothing; empty when nothing is left."""
    points = []
    for x, y in ring:
        point = (round(x / STEP), round(y / STEP))
        if not points or points[-1] != point:
            points.append(point)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    changed = True
    while changed and len(points) > 2:
        changed = False
        for i in range(len(points)):
            a, b, c = points[i - 1], points[i], points[(i + 1) % len(points)]
            if a == c or (b[0] - a[0]) * (c[1] - b[1]) == (b[1] - a[1]) * (c[0] - b[0]):
                points.pop(i)
                changed = True
                break
    return points if len(points) > 2 else []


def inside(point, shape):
    """By the even-odd rule, over all rings."""
    x, y = point
    odd = False
    for ring in shape:
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                odd = not odd
    return odd


def distance(point, shape):
    """Squared distance to the nearest edge."""
    px, py = point
    best = float("inf")
    for ring in shape:
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]):
            length = (bx - ax) ** 2 + (by - ay) ** 2
            at = max(0.0, min(1.0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length)) if length else 0.0
            best = min(best, (px - ax - at * (bx - ax)) ** 2 + (py - ay - at * (by - ay)) ** 2)
    return best


def middle(shape):
    """The point that is farthest from every edge, to a step of the grid."""
    xs = [x for ring in shape for x, _ in ring]
    ys = [y for ring in shape for _, y in ring]
    spots = ((x, y) for x in range(min(xs), max(xs) + 1) for y in range(min(ys), max(ys) + 1))
    return max((spot for spot in spots if inside(spot, shape)), key=lambda spot: (distance(spot, shape), spot))


def drawn(shape):
    """An SVG path, in units of the source's size."""
    out = []
    for ring in shape:
        out.append(f"M{ring[0][0]} {ring[0][1]}l")
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(ring, ring[1:])]
        out.append(" ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-"))
        out.append("z")
    return "".join(out)


def made(svg):
    """The whole file."""
    paths = re.findall(r'<path[^>]*?\bd="([^"]+)"', svg, re.S)
    assert len(paths) == len(CODES), f"{len(paths)} shapes where {len(CODES)} are expected"
    lines = []
    for code, path in zip(CODES.values(), paths):
        shape = [ring for ring in map(coarse, rings(path)) if ring]
        x, y = middle(shape)
        lines.append(f"{code} {x} {y} {drawn(shape)}\n")
    return "".join(sorted(lines))


if __name__ == "__main__":
    sys.stdout.write(made(sys.stdin.read()))
