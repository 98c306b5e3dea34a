//! A language to write tickets in: words that help desks know, and made-up ones, by rank of frequency.

use super::random::{Random, Ranks};

/// The most frequent words. Those behind them are made up.
const KNOWN: &str = "the to and I a is of in it for on not with my you we have this that but was your are be can when \
    order please email account after password since help printer error invoice login again customer delivery \
    refund address phone message number update payment broken page new link issue screen app device cable battery \
    shipping return button file version today yesterday morning week install network server access user problem \
    question answer support received missing wrong late damaged charged twice cancel subscription contract renew \
    upgrade manual warranty repair replacement box package tracking courier store website browser mobile tablet \
    laptop monitor keyboard mouse speaker headset camera lamp chair table sofa mattress kettle toaster blender \
    fridge oven washer dryer vacuum filter hose valve sensor display language setting menu option profile photo \
    upload download export import sync backup restore reset code voucher discount price total tax receipt bank card \
    transfer deposit statement report form signature document certificate date time calendar meeting room visit \
    technician engineer manager colleague team office branch country city street parcel colour size red blue green";

const STARTS: [&str; 24] = [
    "ba", "bre", "ca", "cho", "da", "dri", "fe", "flo", "ga", "gri", "ha", "ju", "ka", "la", "mo", "ne",
    "pa", "pri", "ro", "sa", "ste", "tu", "ve", "zo",
];
const MIDDLES: [&str; 18] = [
    "la", "ne", "ri", "so", "tu", "man", "den", "ril", "sto", "ver", "lin", "mar", "gan", "pel", "tor",
    "vin", "ber", "cas",
];
const ENDS: [&str; 14] = ["", "n", "r", "s", "t", "l", "ng", "st", "rk", "nd", "x", "do", "ment", "ler"];

/// How many words there are.
const WORDS: usize = 20_000;

/// The language.
#[derive(Debug)]
pub(super) struct Words {
    words: Vec<String>,
    ranks: Ranks,
}

impl Words {
    /// The language of a seed. The frequent words are those of every seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut words: Vec<String> = KNOWN.split_whitespace().map(str::to_owned).collect();
        let mut random = Random::of(seed, 100, 0);
        while words.len() < WORDS {
            let mut word = random.word(&STARTS).to_owned();
            for _ in 0..=random.below(3) {
                word.push_str(random.word(&MIDDLES));
            }
            word.push_str(random.word(&ENDS));
            words.push(word);
        }
        Self { words, ranks: Ranks::new(WORDS) }
    }

    /// A word.
    pub(super) fn word(&self, random: &mut Random) -> &str {
        &self.words[self.ranks.pick(random)]
    }

    /// Some words with blanks between them, the first with a capital letter.
    pub(super) fn sentence(&self, random: &mut Random, count: u64, out: &mut String) {
        let start = out.len();
        for n in 0..count {
            if n > 0 {
                out.push(' ');
            }
            out.push_str(self.word(random));
        }
        // The words are ASCII.
        if let Some(first) = out.get_mut(start..=start) {
            first.make_ascii_uppercase();
        }
    }
}
