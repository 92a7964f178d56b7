//! Closed lists: the only names that may leave this room.
//!
//! A mail names things freely; `Facts` must not repeat what it says. So every name is looked up in a list
//! that was written by us, and what is not on the list becomes `Other`.

/// Declares a closed list: a `u8` enum whose members carry the fixed text that stands for them.
macro_rules! closed {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $text:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name { $( $(#[$vmeta])* $variant ),+ }

        impl $name {
            /// Every member, in the order of declaration.
            pub const ALL: &'static [$name] = &[ $( $name::$variant ),+ ];

            /// The fixed text that stands for this member, in JSON, metrics and tags.
            pub const fn name(self) -> &'static str {
                match self { $( $name::$variant => $text ),+ }
            }

            /// The member that a text stands for.
            pub fn named(text: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|member| member.name() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                $name::named(&text)
                    .ok_or_else(|| serde::de::Error::unknown_variant(&text, &[$( $text ),+]))
            }
        }

        impl $crate::scan::facts::sealed::Sealed for $name {}
        impl $crate::scan::facts::ContentFree for $name {}
    };
}
pub(crate) use closed;
