//! The style sheet can be read by everybody, in both themes.

use std::collections::HashMap;

use packhorse_publishing::html::STYLE;

/// The colors of the theme that a block of the sheet declares.
fn colors(block: &str) -> HashMap<&str, [f64; 3]> {
    let declared = block.split(['{', ';', '}']).filter_map(|part| part.trim().strip_prefix("--")?.split_once(": #"));
    declared
        .map(|(name, hex)| {
            let channel = |n: usize| f64::from(u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap()) / 255.0;
            (name, [channel(0), channel(1), channel(2)])
        })
        .collect()
}

/// Source: WCAG 2.2, definitions of relative luminance and contrast ratio.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |color: [f64; 3]| {
        let linear = color.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_stands_out_in_both_themes() {
    let (light, rest) = STYLE.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let dark = rest.split_once("*, *::before").unwrap().0;
    for theme in [colors(light), colors(dark)] {
        assert_eq!(theme.len(), 14);
        for (ink, papers) in [
            ("ink", &["paper", "sheet"][..]),
            ("soft", &["paper", "sheet"]),
            ("link", &["paper", "sheet"]),
            ("link-strong", &["paper", "sheet"]),
            ("on-pine", &["pine"]),
            ("notice-ink", &["notice"]),
            ("alarm-ink", &["alarm"]),
        ] {
            for paper in papers {
                let ratio = contrast(theme[ink], theme[*paper]);
                assert!(ratio >= 4.5, "{ink} on {paper}: {ratio:.2}");
            }
        }
        // What is not text: where the focus is, and what is filled.
        for sign in ["focus", "pine"] {
            assert!(contrast(theme[sign], theme["paper"]) >= 3.0, "{sign}");
        }
    }
}

#[test]
fn the_sheet_is_small_and_every_class_of_it_is_used() {
    assert!(STYLE.len() < 14_000, "{}", STYLE.len());
    let pages = crate::pages::every().concat();
    let classes = STYLE.split('.').skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
        rest[..end].starts_with(|c: char| c.is_ascii_alphabetic()).then(|| &rest[..end])
    });
    for class in classes {
        let used = pages
            .split("class=\"")
            .skip(1)
            .any(|rest| rest.split('"').next().unwrap_or_default().split(' ').any(|name| name == class));
        assert!(used, "{class}");
    }
}
