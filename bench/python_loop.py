"""The plain Python way to draw a Julia set: one pixel after the other.

Reads a task (JSON) per line: width, height, iterations, xa, xb, ya, yb, c. Answers each with a line of JSON: the CPU
seconds that it took and the sum of the escape counts, by which the caller sees that both drew the same picture.
"""
import json
import sys
import time


def escape_counts(task):
    c = complex(*task["c"])
    columns, rows, iterations = task["width"], task["height"], task["iterations"]
    x_extent, y_extent = task["xb"] - task["xa"], task["yb"] - task["ya"]
    x_divisor, y_divisor = max(columns - 1, 1), max(rows - 1, 1)
    counts = []
    for row in range(rows):
        y = row * y_extent / y_divisor + task["ya"]
        for column in range(columns):
            z = complex(column * x_extent / x_divisor + task["xa"], y)
            for count in range(iterations):
                if abs(z) > 2.0:
                    break
                z = z * z + c
            counts.append(count)
    return counts


for line in sys.stdin:
    task = json.loads(line)
    begin = time.process_time()
    counts = escape_counts(task)
    seconds = time.process_time() - begin
    print(json.dumps({"seconds": seconds, "sum": sum(counts)}), flush=True)
