#include <algorithm>
#include <stdexcept>

#include "common/tty/progress.hpp"
#include "common/tty/text.hpp"

namespace common::tty {
namespace {

// A cell's lines; what else could drive the terminal is made visible.
std::vector<std::string> lines_of(std::string_view cell) {
    std::vector<std::string> lines;
    while (true) {
        const std::size_t end = cell.find('\n');
        lines.push_back(printable(cell.substr(0, end)));
        if (end == std::string_view::npos) return lines;
        cell.remove_prefix(end + 1);
    }
}

std::string aligned(const std::string& text, std::size_t columns, Align align) {
    const std::size_t room = columns - width(text);
    const std::size_t left = align == Align::left ? 0 : align == Align::right ? room : room / 2;
    return std::string(left, ' ') + text + std::string(room - left, ' ');
}

using Cells = std::vector<std::vector<std::string>>;  // one row: the lines of each of its cells

class Drawing {
  public:
    Drawing(const std::vector<Column>& columns, std::vector<std::size_t> widths)
        : columns_(columns), widths_(std::move(widths)) {}

    void border() {
        for (const std::size_t columns : widths_)
            text_ += "+" + std::string(columns + 2, '-');
        text_ += "+\n";
    }

    void row(const Cells& cells) {
        std::size_t height = 1;
        for (const auto& lines : cells)
            height = std::max(height, lines.size());
        for (std::size_t line = 0; line < height; ++line) {
            for (std::size_t i = 0; i < columns_.size(); ++i) {
                const std::string& part = line < cells[i].size() ? cells[i][line] : std::string();
                text_ += "| " + aligned(part, widths_[i], columns_[i].align) + " ";
            }
            text_ += "|\n";
        }
    }

    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    const std::vector<Column>& columns_;
    std::vector<std::size_t> widths_;
    std::string text_;
};

std::size_t longest_word(const std::vector<std::string>& lines) {
    std::size_t longest = 0;
    for (std::string_view line : lines)
        while (!line.empty()) {
            const std::string_view word = line.substr(0, line.find(' '));
            longest = std::max(longest, width(word));
            line.remove_prefix(std::min(word.size() + 1, line.size()));
        }
    return longest;
}

/// Takes from the widest column that is above its floor, until all fit or none is.
void narrow(std::vector<std::size_t>& widths, const std::vector<std::size_t>& floors, std::size_t room) {
    std::size_t total = 1;
    for (const std::size_t columns : widths)
        total += columns + 3;
    for (; total > room; --total) {
        std::size_t* widest = nullptr;
        for (std::size_t i = 0; i < widths.size(); ++i)
            if (widths[i] > floors[i] && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
        if (widest == nullptr) return;
        --*widest;
    }
}

void break_lines(Cells& row, const std::vector<std::size_t>& widths) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        std::vector<std::string> lines;
        for (const std::string& line : row[i])
            for (std::string& part : wrap(line, widths[i]))
                lines.push_back(std::move(part));
        row[i] = std::move(lines);
    }
}

}  // namespace

std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                  std::size_t room) {
    Cells titles;
    std::vector<std::size_t> widths;
    for (const Column& column : columns) {
        titles.push_back({printable(column.title)});
        widths.push_back(width(titles.back().front()));
    }
    std::vector<Cells> all;
    for (const auto& row : rows) {
        if (row.size() > columns.size())
            throw std::invalid_argument("a row of the table has more cells than columns");
        Cells& cells = all.emplace_back(columns.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            cells[i] = lines_of(row[i]);
            for (const std::string& line : cells[i])
                widths[i] = std::max(widths[i], width(line));
        }
    }
    if (room != 0) {
        // Between words as long as that is enough, then within them.
        constexpr std::size_t narrowest = 4;
        std::vector<std::size_t> words(columns.size(), narrowest);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            words[i] = std::max(words[i], longest_word(titles[i]));
            for (const Cells& row : all)
                words[i] = std::max(words[i], longest_word(row[i]));
        }
        narrow(widths, words, room);
        narrow(widths, std::vector<std::size_t>(columns.size(), narrowest), room);
        for (Cells& row : all)
            break_lines(row, widths);
        break_lines(titles, widths);
    }
    Drawing drawing(columns, std::move(widths));
    drawing.border();
    drawing.row(titles);
    drawing.border();
    for (const Cells& row : all)
        drawing.row(row);
    drawing.border();
    return drawing.take();
}

}  // namespace common::tty
