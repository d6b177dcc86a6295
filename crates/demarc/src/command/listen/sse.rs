//! Server-sent events out of bytes, as the HTML standard has them, without what is not needed:
//! types and retry times.

/// An event longer than this, in bytes, is none of ours.
const LONGEST: usize = 1024 * 1024;

/// One event: the feed's id and its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) id: String,
    pub(super) data: String,
}

/// What has come of an event so far.
#[derive(Debug, Default)]
pub(super) struct Parser {
    line: Vec<u8>,
    data: Vec<u8>,
    id: Vec<u8>,
    /// A carriage return ended a line; a line feed behind it belongs to it.
    after_return: bool,
}

impl Parser {
    /// Takes bytes as they came; answers the events that they complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Told>, String> {
        let mut told = Vec::new();
        for &byte in bytes {
            let after_return = std::mem::take(&mut self.after_return);
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => {
                    self.after_return = byte == b'\r';
                    told.extend(self.end_of_line()?);
                }
                _ => {
                    self.line.push(byte);
                    if self.line.len() + self.data.len() > LONGEST {
                        return Err(format!("an event is longer than {LONGEST} bytes"));
                    }
                }
            }
        }
        Ok(told)
    }

    fn end_of_line(&mut self) -> Result<Option<Told>, String> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let mut data = std::mem::take(&mut self.data);
            if data.pop().is_none() {
                return Ok(None);
            }
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|e| e.to_string());
            return Ok(Some(Told { id: text(self.id.clone())?, data: text(data)? }));
        }
        let colon = line.iter().position(|b| *b == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"id" => self.id = value.to_vec(),
            // A comment, or what is not needed.
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = ": listening\n\nid: evt1\nevent: quote.priced\ndata: {\"a\":\"ü\"}\n\n\
                          : still here\r\n\r\nid:evt2\rdata:one\rdata: two\r\rid: evt3\ndata: 3";

    #[test]
    fn events_are_the_same_wherever_the_bytes_are_cut() {
        let told = |id: &str, data: &str| Told { id: id.to_owned(), data: data.to_owned() };
        let expected = [told("evt1", "{\"a\":\"ü\"}"), told("evt2", "one\ntwo")];
        for size in 1..STREAM.len() {
            let mut parser = Parser::default();
            let pieces = STREAM.as_bytes().chunks(size);
            let found: Vec<_> = pieces.flat_map(|piece| parser.push(piece).unwrap()).collect();
            assert_eq!(found, expected, "pieces of {size}");
        }
    }

    #[test]
    fn an_event_without_end_is_refused() {
        let mut parser = Parser::default();
        let piece = vec![b'x'; LONGEST / 2];
        assert!(parser.push(&piece).is_ok());
        assert!(parser.push(&piece).is_ok());
        assert!(parser.push(b"x").is_err());
    }
}
