//! The words of a terminal around a record, in each language; what is said of records stands in `store/words.rs`.

use crate::catalogue::texts;

texts! {
/// The texts of one language.
pub struct Words {
    clean: "clean", "in orde";
    recipient: "recipient", "ontvanger";
    recipients: "recipients", "ontvangers";
    queue_id: "queue ID", "wachtrij-ID";
    bytes: "bytes", "bytes";
    on_the_wire: "as it was sent", "zoals verstuurd";
    parts: "parts", "delen";
    perhaps_encrypted: "perhaps encrypted", "misschien versleuteld";
}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        Words::assert_translated(&["bytes"]);
    }
}
