//! Whether a file that nobody parses may concern Socket.IO: a search in its bytes.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Words that only code around a Socket.IO server, or its client, has.
const NAMES: [&[u8]; 5] = [
    b"socket.io",
    b"get('io')",
    b"get(\"io\")",
    b"get(`io`)",
    b"getIO(",
];

/// What every event emitter has: enough for a small hand-written file, not for a bundle.
const EMISSION: &[u8] = b".emit(";

/// Whether `bytes`, of a file that a person wrote, may concern Socket.IO. Errs on the side of yes.
pub fn mentions_socketio(bytes: &[u8]) -> bool {
    // UTF-16 is ASCII with zeros in between.
    let bytes: Vec<u8> = bytes.iter().copied().filter(|it| *it != 0).collect();
    has_name(&bytes) || contains(&bytes, EMISSION)
}

/// Whether a bundle, of any size, names Socket.IO. Every bundle emits some event, so `.emit(` says nothing.
pub(super) fn bundle_mentions(path: &Path) -> io::Result<bool> {
    let longest = NAMES.iter().map(|it| it.len()).max().unwrap_or(0);
    let mut file = File::open(path)?;
    let mut window = Vec::new();
    loop {
        // The end of the last piece stays, so that a name across the border is seen.
        window.drain(..window.len().saturating_sub(longest));
        let read = file.by_ref().take(1 << 20).read_to_end(&mut window)?;
        if has_name(&window) {
            return Ok(true);
        }
        if read == 0 {
            return Ok(false);
        }
    }
}

fn has_name(bytes: &[u8]) -> bool {
    NAMES.iter().any(|it| contains(bytes, it))
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|it| it == word)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{bundle_mentions, mentions_socketio};

    #[test]
    fn utf_16_is_searched_too() {
        let utf_16: Vec<u8> = "require('socket.io')"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(mentions_socketio(&utf_16));
        assert!(!mentions_socketio(b"app.get('/')"));
    }

    #[test]
    fn a_name_across_two_pieces_is_seen() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vec![b' '; (1 << 20) - 4]).unwrap();
        file.write_all(b"socket.io").unwrap();
        assert!(bundle_mentions(file.path()).unwrap());
    }
}
