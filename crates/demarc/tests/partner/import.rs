//! `demarc quote import`: a file is looked at, told about, given back and taken.

use super::server::{Server, code, stderr, stdout};
use super::text;
use serde_json::Value;
use std::fs;

const FAULTY: &str = "Site Name,Street,City,State,ZIP,Bandwidth,Access Speed,Term\n\
    Chicago office,233 S Wacker Dr,Chicago,IL,60606,1 Gb,1G,36\n\
    Boston shop,1 Beacon St,Boston,MA,6060A,100M,100M,36\n";

fn sites(server: &Server, secret: &str, quote: &str) -> usize {
    let sites = server.get(secret, &format!("/v1/quotes/{quote}/sites"));
    sites["sites"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_file_of_sites_is_looked_at_and_taken_only_if_told_so() {
    let server = Server::start();
    let secret = server.partner("apex");
    let made = server.run(&secret, &["trigger", "quote.created"]);
    let made: Value = serde_json::from_str(&stdout(&made)).unwrap();
    let quote = text(&made["data"]["object_id"]);
    let file = server.folder().join("sites.csv");
    fs::write(&file, FAULTY).unwrap();
    let import = |more: &[&str]| {
        let mut arguments =
            vec!["quote", "import", "sites.csv", "--quote", &quote, "--offering", "ADI"];
        arguments.extend(more);
        server.run(&secret, &arguments)
    };

    for more in [&[][..], &["--commit"]] {
        let looked = import(more);
        assert_eq!(code(&looked), 1, "{}", stderr(&looked));
        let (out, err) = (stdout(&looked), stderr(&looked));
        assert!(out.contains("feature Port Speed") && out.contains("2 rows, 1 of them"), "{out}");
        assert!(err.contains("row 3, column E: ZIP: 6060A is no ZIP code"), "{err}");
        assert!(err.contains("the file has 1 fault; a copy that tells them: sites.faults.csv"));
        assert_eq!(sites(&server, &secret, &quote), 0);
    }
    let back = fs::read_to_string(server.folder().join("sites.faults.csv")).unwrap();
    assert!(back.contains(",Demarc: faults") && back.contains("ZIP: 6060A is no ZIP code"));

    let partly = import(&["--partial", "--json"]);
    assert_eq!(code(&partly), 0, "{}", stderr(&partly));
    let taken: Value = serde_json::from_str(&stdout(&partly)).unwrap();
    assert_eq!(taken["import"]["state"], "partial");
    assert_eq!(sites(&server, &secret, &quote), 1);

    fs::write(&file, FAULTY.replace("6060A", "2108")).unwrap();
    let looked = import(&[]);
    assert_eq!(code(&looked), 0, "{}", stderr(&looked));
    assert!(stderr(&looked).contains("nothing was changed; --commit takes the rows"));
    let taken = import(&["--commit"]);
    assert!(stdout(&taken).contains("2 sites imported: "), "{}", stderr(&taken));
    assert_eq!(sites(&server, &secret, &quote), 3);

    let wrong = server.run(&secret, &["quote", "import", "sites.pdf", "--quote", &quote]);
    assert_eq!(code(&wrong), 2);
    assert!(stderr(&wrong).contains("the name must end in csv"), "{}", stderr(&wrong));
}
