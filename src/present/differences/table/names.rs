//! Short names of inputs: what tells their paths apart.

/// Of each path the parts that are not the same in all; the whole paths where that leaves doubt.
pub(super) fn short(paths: &[String]) -> Vec<String> {
    let parts: Vec<Vec<&str>> = paths
        .iter()
        .map(|path| path.split(['/', '\\']).collect())
        .collect();
    let shortest = parts.iter().map(Vec::len).min().unwrap_or(0);
    let same = |at: &dyn Fn(&Vec<&str>) -> String| {
        let mut all = parts.iter().map(at);
        let first = all.next();
        all.all(|part| Some(part) == first)
    };
    let mut front = 0;
    while front < shortest && same(&|parts| parts[front].to_owned()) {
        front += 1;
    }
    let mut back = 0;
    while back < shortest - front && same(&|parts| parts[parts.len() - 1 - back].to_owned()) {
        back += 1;
    }
    let names: Vec<String> = parts
        .iter()
        .map(|parts| parts[front..parts.len() - back].join("/"))
        .collect();
    let is_told_apart = names
        .iter()
        .enumerate()
        .all(|(at, name)| !name.is_empty() && !names[..at].contains(name));
    match is_told_apart {
        true => names,
        false => paths.to_vec(),
    }
}

/// `web1 = web3`.
pub(super) fn joined(names: &[String], inputs: &[usize]) -> String {
    let named: Vec<&str> = inputs.iter().map(|input| names[*input].as_str()).collect();
    named.join(" = ")
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn what_tells_paths_apart() {
        let short = |paths: &[&str]| {
            short(
                &paths
                    .iter()
                    .map(|path| (*path).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            short(&["web1/web.config", "web2/web.config", "a/web3/web.config"]),
            ["web1", "web2", "a/web3"]
        );
        assert_eq!(
            short(&["s/web1.config", "s/web2.config"]),
            ["web1.config", "web2.config"]
        );
        assert_eq!(short(&["a", "a/b"]), ["a", "a/b"]);
        assert_eq!(short(&["a", "a"]), ["a", "a"]);
    }
}
