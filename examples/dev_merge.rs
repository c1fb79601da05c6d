//! dev
#![allow(clippy::all, warnings)]
use conferry::config::identity::*;
use conferry::merge::*;
use conferry::pack::rules::*;
use conferry::xml::selector::Selector;
use conferry::xml::*;
fn rules() -> Rules {
    conferry::pack::load(&[]).unwrap_or_else(|_| panic!())
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let rd = |p: &str| Document::from_bytes(&std::fs::read(p).unwrap());
    let (b, o, t) = (rd(&a[1]).ok(), rd(&a[2]).unwrap(), rd(&a[3]).unwrap());
    let rules = rules();
    let up = std::env::var("UP").is_ok();
    let rw = |v: &str| {
        let n = v
            .replace(
                "/PhoneFactorWebServiceSdk/",
                "/MultiFactorAuthWebServiceSdk/",
            )
            .replace("/PhoneFactor/", "/MultiFactorAuth/");
        (n != v).then_some(n)
    };
    let inputs = Inputs {
        base: b.as_ref(),
        incoming: &t,
        carrier: &o,
        mode: if up { Mode::Upgrade } else { Mode::Branches },
        rules: &rules,
        rewrite: if up { Some(&rw) } else { None },
    };
    let m = match merge(inputs) {
        Ok(m) => m,
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(3)
        }
    };
    let c = m.carrier(&inputs);
    let text = m.edits.apply(c.text());
    let bytes = c.source().bytes_with(&text);
    let d = match Document::from_bytes(&bytes) {
        Ok(d) => d,
        Err(e) => {
            eprintln!(
                "BAD RESULT {:?}",
                match e {
                    ParseError::Syntax(_, e) => e,
                    _ => panic!(),
                }
            );
            std::process::exit(200)
        }
    };
    if let Err(e) = second_reader::agree(&d, &bytes) {
        eprintln!("{e}");
        std::process::exit(201)
    }
    std::fs::write(&a[4], &bytes).unwrap();
    if up {
        for d in &m.decisions {
            println!(
                "{:?} {} by {} {:?} -> {:?}{}",
                d.outcome,
                d.address,
                d.by.name(),
                d.values,
                d.result,
                if d.assumed { " assumed" } else { "" }
            );
        }
        println!("{:?}", m.account.as_ref().unwrap().counts);
    }
    for c in &m.conflicts {
        eprintln!("{:?} {} {:?}", c.kind, c.address, c.values);
    }
    if !m.conflicts.is_empty() {
        std::process::exit(1)
    }
}
