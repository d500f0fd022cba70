//! Tokens that nobody here issued: every one of them is refused, and none costs the server more than that.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey};
use packhorse_services::keys;
use packhorse_tests::{PASSWORD, Region, both};
use serde_json::{Map, Value, json};

fn part(text: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A key of nobody: an Ed25519 key of 32 equal bytes, in PKCS #8 (RFC 8410).
fn strange_key() -> EncodingKey {
    let der = [
        &[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20][..],
        &[7; 32],
    ];
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.concat()));
    EncodingKey::from_ed_pem(pem.as_bytes()).unwrap()
}

/// What is needed to forge: the claims of a good token, its head, and the very key of the server.
struct Forge {
    claims: Map<String, Value>,
    kid: String,
    key: EncodingKey,
    public: String,
}

impl Forge {
    fn signed(head: &str, claims: &str, key: &EncodingKey, by: Algorithm) -> String {
        let message = format!("{}.{}", part(head.as_bytes()), part(claims.as_bytes()));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, by).unwrap();
        format!("{message}.{signature}")
    }

    fn head(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.kid })
    }

    /// Signed rightly, with other claims; `null` leaves one out.
    fn with(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        if value.is_null() {
            claims.remove(name)
        } else {
            claims.insert(name.to_owned(), value)
        };
        Self::signed(&self.head().to_string(), &Value::Object(claims).to_string(), &self.key, Algorithm::EdDSA)
    }

    /// Signed rightly, with another head; `null` leaves a member out.
    fn headed(&self, name: &str, value: Value) -> String {
        let mut head = self.head();
        if value.is_null() {
            head.as_object_mut().unwrap().remove(name);
        } else {
            head[name] = value;
        }
        Self::signed(&head.to_string(), &json!(self.claims).to_string(), &self.key, Algorithm::EdDSA)
    }

    /// Signed by somebody else, with this head.
    fn strange(&self, head: &Value) -> String {
        Self::signed(&head.to_string(), &json!(self.claims).to_string(), &strange_key(), Algorithm::EdDSA)
    }

    /// Signed with a shared secret that everybody knows.
    fn keyed(&self, secret: &[u8]) -> String {
        let head = json!({ "typ": "at+jwt", "alg": "HS256", "kid": self.kid });
        Self::signed(
            &head.to_string(),
            &json!(self.claims).to_string(),
            &EncodingKey::from_secret(secret),
            Algorithm::HS256,
        )
    }

    /// Not signed at all.
    fn bare(&self, alg: &str, signature: &str) -> String {
        let head = json!({ "typ": "at+jwt", "alg": alg, "kid": self.kid }).to_string();
        format!("{}.{}.{signature}", part(head.as_bytes()), part(json!(self.claims).to_string().as_bytes()))
    }
}

both! {
    fn no_forged_token_is_taken(world) {
        let region = Region::new(world, "nekls");
        let elsewhere = Region::new(world, "elsewhere");
        let other = elsewhere.coordinator.get("/v1/me").expect(200).id();
        let network = format!("/v1/networks/{}", elsewhere.network);
        let good = region.coordinator.token().unwrap().to_owned();
        let body = json!({ "email": "ce@nekls.example", "password": PASSWORD });
        let refresh = world.client().post("/v1/sign-in", &body).expect(200).json()["refresh_token"].clone();
        let [head, payload, signature]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
        let claims: Map<String, Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        let kid = jsonwebtoken::decode_header(&good).unwrap().kid.unwrap();
        let now = packhorse_domain::Clock::now(&*world.clock);
        let active = world.read(move |conn| Ok(keys::usable(conn, now)?));
        let active = active.into_iter().find(|key| key.kid == kid).unwrap();
        let public = world.client().get("/.well-known/jwks.json").json()["keys"][0]["x"].as_str().unwrap().to_owned();
        let key = EncodingKey::from_ed_pem(active.private_pem.as_bytes()).unwrap();
        let forge = Forge { claims, kid, key, public };
        let seconds = now.as_second();
        let mut claimed_twice = json!(forge.claims).to_string();
        claimed_twice.insert_str(1, &format!("\"sub\":\"{other}\","));
        let mut headed_twice = forge.head().to_string();
        headed_twice.insert_str(1, "\"alg\":\"none\",");
        let strange_jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": part(&[9; 32]) });
        let strange = |name: &str, value: Value| {
            let mut head = forge.head();
            head[name] = value;
            forge.strange(&head)
        };
        let text = |claims: &str| Forge::signed(&forge.head().to_string(), claims, &forge.key, Algorithm::EdDSA);
        let forged: Vec<(&str, String)> = vec![
            ("nothing", String::new()),
            ("a word", "token".to_owned()),
            ("a refresh token", refresh.as_str().unwrap().to_owned()),
            ("two parts", format!("{head}.{payload}")),
            ("four parts", format!("{good}.{signature}")),
            ("no signature", format!("{head}.{payload}.")),
            ("a signature cut short", good[..good.len() - 4].to_owned()),
            ("a signature of zeros", format!("{head}.{payload}.{}", part(&[0; 64]))),
            ("padding", format!("{good}==")),
            ("a space within", format!("{head}. {payload}.{signature}")),
            ("a tab within", format!("{head}.\t{payload}.{signature}")),
            ("a null byte encoded", format!("{head}.{payload}.{signature}%00")),
            ("twice", format!("{good},{good}")),
            ("other claims under the same signature", format!("{head}.{}.{signature}", part(json!({ "sub": other }).to_string().as_bytes()))),
            ("alg none", forge.bare("none", "")),
            ("alg None", forge.bare("None", "")),
            ("alg nOnE with a signature", forge.bare("nOnE", signature)),
            ("alg NONE", forge.bare("NONE", signature)),
            ("alg empty", forge.bare("", signature)),
            ("alg HS256 under our signature", forge.bare("HS256", signature)),
            ("alg RS256 under our signature", forge.bare("RS256", signature)),
            ("alg ES256 under our signature", forge.bare("ES256", signature)),
            ("HS256 with the public key as it is published", forge.keyed(forge.public.as_bytes())),
            ("HS256 with the bytes of the public key", forge.keyed(&URL_SAFE_NO_PAD.decode(&forge.public).unwrap())),
            ("HS256 with the kid", forge.keyed(forge.kid.as_bytes())),
            ("HS256 with nothing", forge.keyed(b"")),
            ("another key", forge.strange(&forge.head())),
            ("another key, and where to find it", strange("jku", json!("https://evil.example/jwks.json"))),
            ("another key, and its certificate elsewhere", strange("x5u", json!("https://evil.example/cert.pem"))),
            ("another key, within", strange("jwk", strange_jwk)),
            ("another key, as a certificate within", strange("x5c", json!([STANDARD.encode([1; 64])]))),
            ("kid unknown", strange("kid", json!("Wm9l"))),
            ("kid a path", strange("kid", json!("../../../../dev/null"))),
            ("kid SQL", strange("kid", json!("' UNION SELECT 'key' --"))),
            ("kid empty", forge.headed("kid", json!(""))),
            ("kid absent", forge.headed("kid", Value::Null)),
            ("kid a number", forge.headed("kid", json!(0))),
            ("typ absent", forge.headed("typ", Value::Null)),
            ("typ JWT", forge.headed("typ", json!("JWT"))),
            ("typ of an ID token", forge.headed("typ", json!("id+jwt"))),
            ("crit that nobody knows", forge.headed("crit", json!(["exp2"]))),
            ("alg twice", Forge::signed(&headed_twice, &json!(forge.claims).to_string(), &forge.key, Algorithm::EdDSA)),
            ("sub twice", text(&claimed_twice)),
            ("claims that are no object", text("[]")),
            ("claims that are no JSON", text("{")),
            ("aud absent", forge.with("aud", Value::Null)),
            ("aud another", forge.with("aud", json!("https://evil.example"))),
            ("aud empty", forge.with("aud", json!([]))),
            ("iss absent", forge.with("iss", Value::Null)),
            ("iss another", forge.with("iss", json!("https://evil.example"))),
            ("iss with a slash", forge.with("iss", json!(format!("{}/", forge.claims["iss"].as_str().unwrap())))),
            ("sub absent", forge.with("sub", Value::Null)),
            ("sub of somebody else", forge.with("sub", json!(other))),
            ("sub no id", forge.with("sub", json!("root"))),
            ("sid absent", forge.with("sid", Value::Null)),
            ("sid unknown", forge.with("sid", json!("ses_01k9z3k8m4e0r9q2v7x5y6w8ta"))),
            ("exp absent", forge.with("exp", Value::Null)),
            ("exp passed", forge.with("exp", json!(seconds - 1))),
            ("exp this second", forge.with("exp", json!(seconds))),
            ("exp a text", forge.with("exp", json!("4102444800"))),
            ("nbf absent", forge.with("nbf", Value::Null)),
            ("nbf to come", forge.with("nbf", json!(seconds + 60))),
            ("iat absent", forge.with("iat", Value::Null)),
            ("jti absent", forge.with("jti", Value::Null)),
        ];
        let wrongly: Vec<_> = forged
            .iter()
            .filter(|(_, token)| {
                let client = world.client().with_token(token);
                ["/v1/me", &network].iter().any(|path| client.get(path).status != 401)
            })
            .map(|(name, _)| *name)
            .collect();
        assert!(wrongly.is_empty(), "{wrongly:?}");
        assert!(forged.len() >= 60);
        // The forge itself is good, or nothing is shown by it; and so is what it forged from.
        world.client().with_token(&forge.with("jti", json!("another"))).get("/v1/me").expect(200);
        region.coordinator.get("/v1/me").expect(200);
        for scheme in ["Basic", "Token", "DPoP"] {
            let value = format!("{scheme} {good}");
            world.client().send("GET", "/v1/me", &[("authorization", &value)], None).expect(401);
        }
    }
}
