//! How the ids of a chunk are stored: each as its distance from the one before, seven bits a byte. Those of a filter ascend, so a
//! million of them are one or two megabytes, which the writer has written down before anybody notices.

/// The ids as bytes, in their order.
pub(super) fn pack(ids: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ids.len() * 2);
    let mut before: i64 = 0;
    for id in ids {
        let step = id.wrapping_sub(before);
        // The sign goes last, so that short steps back are short too.
        let mut rest = ((step << 1) ^ (step >> 63)) as u64;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
        before = *id;
    }
    bytes
}

/// The ids that `pack` was given.
pub(super) fn unpack(bytes: &[u8]) -> Vec<i64> {
    let (mut ids, mut before, mut rest, mut shift) = (Vec::new(), 0_i64, 0_u64, 0_u32);
    for byte in bytes {
        rest |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            let step = (rest >> 1) as i64 ^ -((rest & 1) as i64);
            before = before.wrapping_add(step);
            ids.push(before);
            (rest, shift) = (0, 0);
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_in_a_row_take_a_byte_each() {
        let ids: Vec<i64> = (1_000_000..1_000_250).collect();
        assert!(pack(&ids).len() <= 253);
        assert_eq!(unpack(&pack(&ids)), ids);
        assert_eq!((pack(&[]), unpack(&[])), (vec![], vec![]));
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_again(ids in prop::collection::vec(any::<i64>(), 0..300)) {
            prop_assert_eq!(unpack(&pack(&ids)), ids);
        }
    }
}
