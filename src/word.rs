//! Enums whose values users write as words: each word, and what it means, is with its enum.

/// An enum with a word for each value.
pub trait Word: Copy + 'static {
    /// Every value that users can write, in the order in which people are told about them.
    const ALL: &'static [Self];

    /// The word for it.
    fn word(self) -> &'static str;

    /// What it means, for people who write it.
    fn meaning(self) -> &'static str;

    /// The value that a word is for.
    #[must_use]
    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }

    /// All words, each with its meaning.
    #[must_use]
    fn explained() -> Vec<(&'static str, &'static str)> {
        let explain = |value: &Self| (value.word(), value.meaning().trim());
        Self::ALL.iter().map(explain).collect()
    }

    /// All words.
    #[must_use]
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|value| value.word()).collect()
    }
}

/// Gives each value of an enum its word; a value without one does not compile. Values that users
/// cannot write come last, behind `besides`.
macro_rules! words {
    (
        $type:ident { $($(#[doc = $meaning:literal])+ $value:ident = $word:literal,)+ }
        $(besides { $($other:ident = $name:literal,)+ })?
    ) => {
        impl $crate::word::Word for $type {
            const ALL: &'static [Self] = &[$(Self::$value),+];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                    $($(Self::$other => $name,)+)?
                }
            }

            fn meaning(self) -> &'static str {
                match self {
                    $(Self::$value => concat!($($meaning),+),)+
                    $($(Self::$other => "",)+)?
                }
            }
        }
    };
}
pub(crate) use words;

/// The name of a key: `then-by` for the field `then_by`.
macro_rules! key {
    ($field:ident) => {{
        const NAME: &str = stringify!($field);
        const BYTES: [u8; NAME.len()] = $crate::word::hyphens(NAME);
        match std::str::from_utf8(&BYTES) {
            Ok(name) => name,
            Err(_) => NAME,
        }
    }};
}
pub(crate) use key;

/// `name` with hyphens for underscores.
pub(crate) const fn hyphens<const N: usize>(name: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let mut at = 0;
    while at < N {
        bytes[at] = match name.as_bytes()[at] {
            b'_' => b'-',
            other => other,
        };
        at += 1;
    }
    bytes
}
