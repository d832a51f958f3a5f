//! The line of a file that a diagnostic is about, cut to a window around the value.

use std::ops::Range;

use super::spanned_value::Span;

/// Maximum number of characters shown before a value, and of the value and the text after it.
const MAX_CHARS_BEFORE: usize = 80;
const MAX_CHARS_AFTER: usize = 80;
const ELLIPSIS: &str = "...";

/// A part of a line, and which bytes of it are the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    pub(super) value: Range<usize>,
    /// Whether the text begins after the start of the line.
    pub(super) is_start_cut: bool,
}

/// Reads excerpts in the order of the file, so that each line is read once.
pub(super) struct ExcerptReader<'a> {
    lines: std::str::Lines<'a>,
    line: &'a str,
    line_number: usize,
    /// Column, from 1, and byte offset in the line.
    column: usize,
    offset: usize,
}

impl<'a> ExcerptReader<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { lines: source.lines(), line: "", line_number: 0, column: 1, offset: 0 }
    }

    /// The excerpt at a span, which must not begin before the one of the last call; `None` if there is no such line.
    pub(super) fn excerpt(&mut self, span: Span) -> Option<Excerpt> {
        while self.line_number < span.line {
            self.line = self.lines.next()?;
            self.line_number += 1;
            (self.column, self.offset) = (1, 0);
        }
        let skipped = span.column.checked_sub(self.column)?;
        self.offset += self.line.get(self.offset..)?.chars().take(skipped).map(char::len_utf8).sum::<usize>();
        self.column = span.column;

        let (before, after) = self.line.split_at_checked(self.offset)?;
        let start = before.char_indices().rev().nth(MAX_CHARS_BEFORE - 1).map_or(0, |(at, _)| at);
        let end = byte_offset(after, MAX_CHARS_AFTER);
        let value_end = byte_offset(after, span.width).min(end);
        let value_end = quoted_len(&after[..value_end]).unwrap_or(value_end);
        let mut text = String::new();
        if start > 0 {
            text.push_str(ELLIPSIS);
        }
        text.push_str(&before[start..]);
        let value = text.len()..text.len() + value_end;
        text.push_str(&after[..end]);
        if end < after.len() {
            text.push_str(ELLIPSIS);
        }
        Some(Excerpt { text, value, is_start_cut: start > 0 })
    }
}

/// Where the character with this index begins, or the end of the text.
fn byte_offset(text: &str, chars: usize) -> usize {
    text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
}

/// The bytes that a quoted scalar takes with its tag: the YAML parser's span also has the comment after it. `None` if
/// the text is not a quoted scalar, or is cut.
fn quoted_len(text: &str) -> Option<usize> {
    let start = if text.starts_with('!') { text.find(' ')? + 1 } else { 0 };
    let mut chars = text.get(start..)?.char_indices().peekable();
    let (_, quote) = chars.next().filter(|(_, c)| matches!(c, '"' | '\''))?;
    while let Some((at, c)) = chars.next() {
        if quote == '"' && c == '\\' {
            chars.next();
        } else if c == quote && (quote == '"' || chars.next_if(|(_, next)| *next == quote).is_none()) {
            return Some(start + at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpts(source: &str, spans: &[(usize, usize, usize)]) -> Vec<Option<(String, String)>> {
        let mut reader = ExcerptReader::new(source);
        let mut excerpt = |&(line, column, width): &(usize, usize, usize)| {
            let Excerpt { text, value, .. } = reader.excerpt(Span { line, column, width })?;
            let value = text[value].to_owned();
            Some((text, value))
        };
        spans.iter().map(&mut excerpt).collect()
    }

    #[test]
    fn a_short_line_is_shown_in_full() {
        let shown = |text: &str, value: &str| Some((text.to_owned(), value.to_owned()));
        assert_eq!(
            excerpts(
                "é: ab c\r\n\nlast",
                &[(1, 1, 1), (1, 4, 2), (1, 4, 99), (3, 1, 4), (3, 5, 1), (9, 1, 1)]
            ),
            [
                shown("é: ab c", "é"),
                shown("é: ab c", "ab"),
                shown("é: ab c", "ab c"),
                shown("last", "last"),
                shown("last", ""),
                None
            ]
        );
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let line = format!("{}xyz{}", "é".repeat(100_000), "ü".repeat(100_000));
        let excerpts = excerpts(&line, &[(1, 1, 1), (1, 100_001, 3), (1, 200_000, 5)]);
        let (text, value) = excerpts[1].clone().unwrap();
        assert_eq!(text, format!("...{}xyz{}...", "é".repeat(80), "ü".repeat(77)));
        assert_eq!(value, "xyz");
        assert!(excerpts[0].as_ref().unwrap().0.starts_with("éé"));
        assert!(excerpts[2].as_ref().unwrap().0.ends_with("üüü"));
    }

    #[test]
    fn a_comment_after_a_quoted_value_is_not_part_of_it() {
        for (text, value) in [
            (r#""a\"b"  # "c""#, Some(r#""a\"b""#)),
            ("'a''b' # 'c'", Some("'a''b'")),
            ("!Sub '${A}' # c", Some("!Sub '${A}'")),
            ("!Ref Topic", None),
            ("plain 'a'", None),
            ("'cut", None),
        ] {
            assert_eq!(quoted_len(text).map(|end| &text[..end]), value, "{text}");
        }
    }
}
