//! Random changes of a text.

use proptest::prelude::*;

/// A change of a text. The position is a share of the text's length.
#[derive(Clone, Debug)]
pub(crate) enum TextEdit {
    Insert(prop::sample::Index, String),
    Delete(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Truncate(prop::sample::Index),
}

pub(crate) fn any_text_edit(
    token: impl Strategy<Value = String> + 'static,
) -> impl Strategy<Value = TextEdit> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), token).prop_map(|(at, text)| TextEdit::Insert(at, text)),
        3 => (at(), 1..12_usize).prop_map(|(at, length)| TextEdit::Delete(at, length)),
        1 => (at(), 1..40_usize).prop_map(|(at, length)| TextEdit::Repeat(at, length)),
        1 => at().prop_map(TextEdit::Truncate),
    ]
}

/// The text after an edit. An edit never splits a character.
pub(crate) fn edited(text: &str, edit: &TextEdit) -> String {
    let position = |at: &prop::sample::Index| text.floor_char_boundary(at.index(text.len() + 1));
    let end = |start: usize, length: usize| text.floor_char_boundary((start + length).min(text.len()));
    match edit {
        TextEdit::Insert(at, inserted) => {
            let at = position(at);
            format!("{}{inserted}{}", &text[..at], &text[at..])
        }
        TextEdit::Delete(at, length) => {
            let at = position(at);
            format!("{}{}", &text[..at], &text[end(at, *length).max(at)..])
        }
        TextEdit::Repeat(at, length) => {
            let at = position(at);
            let end = end(at, *length).max(at);
            format!("{}{}", &text[..end], &text[at..])
        }
        TextEdit::Truncate(at) => text[..position(at)].to_owned(),
    }
}
